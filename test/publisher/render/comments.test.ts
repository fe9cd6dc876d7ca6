// What a maintainer sees of a job, from the queue to the end.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { GitHubJob } from "../../../src/job/job-spec.ts";
import type { JobResult, StepResult } from "../../../src/job/result.ts";
import { ErrorCode } from "../../../src/job/error-code.ts";
import type { Place } from "../../../src/publisher/deps.ts";
import type { Landing } from "../../../src/publisher/landing.ts";
import { type Ended, finalComment } from "../../../src/publisher/render/final-comment.ts";
import { progressComment } from "../../../src/publisher/render/progress-comment.ts";
import { jobId, resultOf, secret, specOf, stateOf, stepOf, voiceOf } from "../job.ts";
import { hostileText } from "./hostile.ts";
import { linesOutsideOfCode, mentions, seenOf, unbalanced } from "./seen.ts";

const voice = voiceOf();
const marker = `<!-- patchbay:job:${jobId} -->`;
const patch = Buffer.from("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n-a\n+--- b\n+c\n");
const opened: Landing = { kind: "pull_request", number: 12, url: "https://github.com/acme/shop/pull/12" };

function ended(change: Partial<Ended> = {}): string {
  return finalComment(
    {
      spec: specOf(),
      result: resultOf(),
      landing: opened,
      report: "It waits now.",
      log: undefined,
      patch,
      ...change,
    },
    voice,
  );
}
const title = (body: string): string => body.split("\n")[1] ?? "";
const failed = (change: Partial<JobResult>): JobResult =>
  resultOf({ status: "failed", patch: null, ...change });

describe("while a job waits and works", () => {
  const shown = (job: { place?: Place; state?: ReturnType<typeof stateOf>; spec?: GitHubJob }): string =>
    progressComment({ spec: specOf(), state: undefined, place: undefined, ...job }, voice);

  test("it says how many are ahead", () => {
    const startsAt = undefined;
    expect(title(shown({ place: { ahead: 2, startsAt } }))).toBe("### 🕓 In the queue, 2 jobs ahead");
    expect(title(shown({ place: { ahead: 1, startsAt } }))).toBe("### 🕓 In the queue, 1 job ahead");
    expect(title(shown({ place: { ahead: 0, startsAt } }))).toBe("### 🕓 Next in the queue");
    expect(title(shown({}))).toBe("### 🕓 In the queue");
  });

  test("it says when it will probably start, as far as anything is known", () => {
    const startsAt = new Date("2026-03-04T05:17:41Z");
    expect(shown({ place: { ahead: 2, startsAt } })).toContain(
      "\n\nStarts at about 05:17 UTC on 2026-03-04,",
    );
    expect(shown({ place: { ahead: 0, startsAt } })).not.toContain("Starts");
    expect(shown({ place: { ahead: 2, startsAt: undefined } })).not.toContain("Starts");
  });

  test("it names the step, and lists what is done with its time", () => {
    const body = shown({ state: stateOf("running") });
    expect(title(body)).toBe("### 🔄 Implement, step 2 of 3");
    expect(body).toContain(
      "- [x] **Plan** · opencode · 12 s\n- [ ] **Implement** · codex · ⏳ since 05:06 UTC\n- [ ] **Review** · claude\n",
    );
  });

  test("it begins with the mark and is the same for the same state", () => {
    expect(shown({})).toBe(shown({}));
    expect(shown({}).startsWith(`${marker}\n`)).toBe(true);
  });

  test("a hostile goal is one harmless line", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const body = shown({ spec: specOf({ goal: `x ${text}${secret}`.slice(0, 5000) }) });
        const seen = seenOf(body.slice(marker.length));
        expect(mentions(seen)).toEqual([]);
        expect(unbalanced(seen)).toEqual([]);
        expect(seen.images).toEqual([]);
        expect(seen.html).toMatch(/<p><sub>job/);
        expect(body.split("<!-- patchbay").length).toBe(2);
        expect(body).not.toContain(secret);
      }),
      { numRuns: 300 },
    );
  });
});

describe("at the end", () => {
  test("success leads to the pull request", () => {
    const body = ended();
    expect(title(body)).toBe("### ✅ Pull request #12 is ready for review");
    expect(body).toContain("**1 file changed, +2 −1**");
    expect(body).toContain("It waits now.");
    expect(body).toContain("34 s · cost and tokens unknown");
    expect(body).not.toContain("```diff");
  });

  test("a simulation says so in the title and in words", () => {
    const body = ended({ result: resultOf({ steps: [stepOf("02_implement", { simulated: true })] }) });
    expect(title(body)).toContain("(simulated)");
    expect(body).toContain("No real agent worked on this");
    expect(ended()).not.toMatch(/simulat/i);
  });

  test("what it cost is told as far as it is known", () => {
    const metrics = (cost_usd: number | null, tokens_in: number | null, steps: StepResult[] = []) =>
      ended({
        result: resultOf({
          metrics: { duration_ms: 125_000, cost_usd, tokens_in, tokens_out: tokens_in },
          steps,
        }),
      });
    const known = { duration_ms: 1000, cost_usd: 0.5, tokens_in: 12_345, tokens_out: 7 };
    const partly = [stepOf("01_plan"), stepOf("02_implement", { metrics: known })];
    expect(metrics(null, null, partly)).toContain(
      "at least $0.50 · at least 12.3k tokens in, at least 7 out",
    );
    const cheap = stepOf("02_implement", { metrics: { ...known, cost_usd: 0.004 } });
    expect(metrics(null, 12_345, [stepOf("01_plan"), cheap])).toContain("at least $0.0040 · 12.3k tokens in");
    expect(metrics(0.5, 12_345, [stepOf("01_plan", { simulated: true })])).toContain("· $0.50 · 12.3k");
    expect(metrics(0.004, 12_345)).toContain("2 min 5 s · < $0.01 · 12.3k tokens in, 12.3k out");
    expect(metrics(1.5, null)).toContain("$1.50 · tokens unknown");
    expect(metrics(null, 0)).toContain("cost unknown · 0 tokens in");
  });

  test("an answer stands before the checklist, a change after it", () => {
    const answer = ended({ result: resultOf({ patch: null }), landing: { kind: "none" }, patch: undefined });
    expect(answer.indexOf("It waits now.")).toBeLessThan(answer.indexOf("- [x]"));
    expect(ended().indexOf("It waits now.")).toBeGreaterThan(ended().indexOf("- [x]"));
  });

  test("a failure tells its class, its reason, what to do, and the end of the log", () => {
    const log = `${"early\n".repeat(5000)}\`\`\`\nTypeError: x <!-- patchbay:job:y --> ${secret}\n</details>`;
    const result = failed({
      error: { code: "crashed", message: "exit code 1 @alice", details: { step_id: "02_implement" } },
      steps: [stepOf("01_plan"), stepOf("02_implement", { status: "failed" })],
    });
    const body = ended({ result, landing: { kind: "none" }, log, report: "", patch: undefined });
    expect(title(body)).toBe("### ❌ Failed in Implement: the agent's program crashed");
    expect(body).toContain("**Next:** Ask again");
    expect(body).toContain("````text");
    expect(body).toContain("TypeError: x");
    expect(body.length).toBeLessThan(10_000);
    expect(body.split("<!-- patchbay")).toHaveLength(2);
    expect(body).not.toContain(secret);
    expect(body).toContain("**Review** · claude · not run");
    expect(mentions(seenOf(body))).toEqual([]);
    expect(unbalanced(seenOf(body))).toEqual([]);
  });

  test.for(ErrorCode.options)("the class %s is told in words with a remedy", (code) => {
    const body = ended({
      result: failed({ error: { code, message: "", details: {} } }),
      landing: { kind: "none" },
    });
    expect(title(body)).toMatch(/^### ❌ Failed: [A-Za-z]+ [a-z]/);
    expect(body).toMatch(/\*\*Next:\*\* [A-Z].*\./);
  });

  test("warnings are listed once", () => {
    const body = ended({
      result: resultOf({ warnings: ["sandbox: false was ignored", "sandbox: false was ignored"] }),
    });
    expect(body.match(/sandbox: false was ignored/g)).toHaveLength(1);
  });

  test("a page of the job is linked where there is one", () => {
    const landing: Landing = { kind: "withheld", why: "dry_run" };
    const job = { spec: specOf(), result: resultOf(), landing, report: "x", log: undefined, patch };
    expect(finalComment(job, voiceOf("https://bay.example.com/"))).toContain(
      `https://bay.example.com/jobs/${jobId})`,
    );
    expect(finalComment(job, voice)).toContain(`\`artifacts/${jobId}/patch.diff\``);
    expect(finalComment(job, voice)).not.toContain("/srv");
  });

  test("what is too long is cut in a safe place, and says where the whole is", () => {
    const report = `# Report\n\n<details>\n<summary>Plan</summary>\n\n${"word ".repeat(50_000)}\n\n</details>`;
    const body = ended({ report, landing: { kind: "none" }, patch: undefined });
    expect(body.length).toBeLessThanOrEqual(65_000);
    expect(body).toContain(`*Shortened; the whole report: \`artifacts/${jobId}/report.md\``);
    expect(unbalanced(seenOf(body))).toEqual([]);
  });

  test("a report that begins with an indented line does not become part of the checklist", () => {
    const { html } = seenOf(
      ended({ report: "  ```\n  a\n  ```\n\nword", landing: opened, patch: undefined }),
    );
    expect(html).toMatch(/<\/ul>[^]*<pre><code>a\n<\/code><\/pre>\n<p>word<\/p>/);
  });

  test("whatever the agent wrote: below the limit, balanced, silent, one mark", () => {
    const landings: Landing[] = [
      opened,
      { kind: "none" },
      { kind: "withheld", why: "dry_run" },
      { kind: "refused", code: "conflict", message: "moved @alice" },
    ];
    fc.assert(
      fc.property(
        hostileText,
        hostileText,
        fc.constantFrom(...landings),
        fc.nat(40),
        (one, two, landing, times) => {
          const result =
            landing.kind === "none"
              ? failed({ error: { code: "gate", message: one, details: {} } })
              : resultOf({ warnings: [two] });
          const body = ended({
            result,
            landing,
            report: `${one}\n\n${"word ".repeat(times * 200)}\n\n${two}`.repeat(4),
            log: two.repeat(times * 20),
            patch: Buffer.from(`+${one}\n${two}`.repeat(times * 20)),
          });
          expect(body.length).toBeLessThanOrEqual(65_000);
          const seen = seenOf(body.slice(marker.length));
          expect(mentions(seen)).toEqual([]);
          expect(unbalanced(seen)).toEqual([]);
          expect(seen.html).toMatch(/<p><sub>job <code>\w+<\/code>[^\n]*<\/sub><\/p>$/);
          expect(body.split(/<!--\s*patchbay/i)).toHaveLength(2);
          expect(linesOutsideOfCode(body).filter((line) => /^\s*\/agent\b/i.test(line))).toEqual([]);
        },
      ),
      { numRuns: 25 },
    );
  });
});
