// Jobs of every kind for the dashboard's tests and pictures, as their files would lie there.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newId } from "../../src/job/ids.ts";
import type { StepResult } from "../../src/job/result.ts";
import { makeJob, type Wanted } from "../artifacts/index/make-jobs.ts";
import { repository, resultOf, specOf, stepOf } from "../publisher/job.ts";

const minute = 60_000;
const goals = [
  "fix the flaky login test",
  "upgrade the date library and adapt its callers",
  "add a dark theme to the settings page",
  "explain how a basket becomes an order",
  "retry payments that the bank answered with 503",
  "remove the dead feature flag newCheckout",
  "make the search tolerate typing errors",
  "write tests for the invoice rounding",
  "say which field is wrong when an address is refused",
  "stop logging the whole request body",
];
const people = ["alice", "bob", "carol", "dmitri"];
const repositories = ["shop", "payments", "website"];

function costs(cost: number, ms: number) {
  return {
    duration_ms: ms,
    cost_usd: cost,
    tokens_in: Math.round(cost * 150_000),
    tokens_out: Math.round(cost * 9000),
  };
}

function step(
  id: string,
  at: number,
  ms: number,
  cost: number,
  change: Partial<StepResult> = {},
): StepResult {
  const started_at = new Date(at).toISOString();
  const finished_at = new Date(at + ms).toISOString();
  return stepOf(id, { started_at, finished_at, metrics: costs(cost, ms), ...change });
}

const report = `## Summary

The test waited for **any** cookie. It now waits for the *session* cookie, with a limit of two seconds.

- [x] \`test/login.ts\` waits for \`session\`
- [x] the whole suite passes, 20 times in a row
- [ ] the same wait is in \`test/logout.ts\`; not touched

| run | before | after |
|---|---|---|
| passed | 17 of 20 | 20 of 20 |

\`\`\`ts
await page.waitForCookie("session", { timeoutMs: 2000 });
\`\`\`
`;

const patch = `diff --git a/src/session/cookie.ts b/src/session/cookie.ts
index 1111111..2222222 100644
--- a/src/session/cookie.ts
+++ b/src/session/cookie.ts
@@ -8,7 +8,9 @@ export interface Cookie {
 }

 /** The first cookie of a name. */
-export function find(cookies: Cookie[]): Cookie | undefined {
-  return cookies[0];
+export function find(cookies: readonly Cookie[], name: string): Cookie | undefined {
+  // Analytics sets one of its own, sometimes first.
+  return cookies.find((cookie) => cookie.name === name);
 }
 
 export const maxAgeSec = 3600;
diff --git a/test/login.ts b/test/login.ts
index 3333333..4444444 100644
--- a/test/login.ts
+++ b/test/login.ts
@@ -1,6 +1,7 @@
 import { open } from "./browser.ts";
 
 test("logs in", async () => {
   const page = await open("/login");
-  await page.waitForCookie();
+  await page.waitForCookie("session", { timeoutMs: 2000 });
+  expect(page.user()).toBe("alice");
 });
diff --git a/docs/testing.md b/docs/testing.md
new file mode 100644
index 0000000..5555555
--- /dev/null
+++ b/docs/testing.md
@@ -0,0 +1,3 @@
+# Testing
+
+Wait for what the page needs, and never for time.
`;

const mostly = [
  ...Array.from({ length: 17 }, () => "success" as const),
  "failed" as const,
  "failed" as const,
  "timeout" as const,
  "cancelled" as const,
];

/** Returns the ids by what they are. */
export function seedJobs(root: string, now: Date, days = 30) {
  const nowMs = now.getTime();
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };

  function job(at: number, goal: string, wanted: Wanted & { repo?: string; person?: string }): string {
    const { repo = "shop", person = "alice", spec, ...rest } = wanted;
    const id = newId(at);
    return makeJob(root, {
      id,
      at: new Date(at),
      ...rest,
      spec: {
        goal,
        repository: { ...repository, name: repo },
        requested_by: { login: person, id: 1, permission: "write" },
        target: { kind: "issue", number: 1 + random(300), title: goal, body: "", author: person },
        ...spec,
      },
    });
  }

  function ended(
    at: number,
    goal: string,
    status: "success" | "failed" | "timeout" | "cancelled",
    more = {},
  ): string {
    const ms = 2 * minute + random(9 * minute);
    const cost = 0.08 + random(90) / 100;
    const steps = [
      step("01_plan", at, ms * 0.2, cost * 0.2),
      step("02_implement", at + ms * 0.2, ms * 0.6, cost * 0.6, status === "success" ? {} : { status }),
      step("03_review", at + ms * 0.8, ms * 0.2, cost * 0.2, random(12) === 0 ? { status: "failed" } : {}),
    ];
    const error =
      status === "failed"
        ? { code: "crashed" as const, message: "the agent's process ended with status 1", details: {} }
        : null;
    return job(at - minute / 2, goal, {
      state: "finished",
      report,
      result: {
        status,
        error,
        steps,
        metrics: costs(cost, ms),
        started_at: new Date(at).toISOString(),
        finished_at: new Date(at + ms).toISOString(),
      },
      ...more,
    });
  }

  const some = <T>(values: readonly T[]): T => {
    const value = values[random(values.length)];
    if (value === undefined) throw new Error("nothing to choose from");
    return value;
  };
  for (let day = days; day >= 0; day -= 1) {
    for (let each = 0; each < 2 + random(7); each += 1) {
      const at = nowMs - day * 24 * 60 * minute - (day === 0 ? 20 + random(200) : random(1200)) * minute;
      const status = some(mostly);
      ended(at, some(goals), status, { repo: some(repositories), person: some(people) });
    }
  }

  const done = ended(nowMs - 12 * minute, goals[0] ?? "", "success");
  const folder = (id: string): string => join(root, id);
  writeFileSync(join(folder(done), "patch.diff"), patch);
  for (const { step_id: id } of specOf().steps) {
    const at = join(folder(done), "steps", id);
    mkdirSync(at, { recursive: true });
    writeFileSync(
      join(at, "logs.txt"),
      `12:00:01 begins\n12:00:04 reads test/login.ts\n12:00:09 runs npm test\n`,
    );
    writeFileSync(join(at, "report.md"), report);
    writeFileSync(
      join(at, "prompt.md"),
      `# Your role\n\nYou are the ${id.slice(3)} step.\n\n# The goal\n\n${goals[0]}\n`,
    );
    writeFileSync(
      join(at, "events.jsonl"),
      '{"time":"2026-03-04T05:06:07Z","type":"text","text":"Reading the test."}\n',
    );
  }
  writeFileSync(
    join(folder(done), "publication.json"),
    JSON.stringify({
      schema_version: "2.0",
      job_id: done,
      epoch: 1,
      comment: { id: 1, url: "https://github.com/acme/shop/issues/7#issuecomment-1", body_sha256: "x" },
      branch: { name: "agent/7-flaky-login", sha: "d".repeat(40) },
      pull_request: { number: 8, url: "https://github.com/acme/shop/pull/8" },
      final: true,
      updated_at: now.toISOString(),
    }),
  );

  const running = job(nowMs - 4 * minute, goals[4] ?? "", {
    repo: "payments",
    person: "carol",
    state: "running",
  });
  const at = (ago: number): string => new Date(nowMs - ago).toISOString();
  const steps = specOf().steps.map(({ step_id, agent, role }, each) => ({
    step_id,
    agent,
    role,
    status: ["success", "running", "pending"][each],
    attempts: each < 2 ? 1 : 0,
    started_at: [at(3.5 * minute), at(2.6 * minute), null][each],
    finished_at: [at(2.6 * minute), null, null][each],
    tree_before: null,
    tree_after: null,
    cost_usd: [0.04, 0.11, null][each],
  }));
  writeFileSync(
    join(folder(running), "state.json"),
    JSON.stringify({
      schema_version: "2.0",
      job_id: running,
      epoch: 1,
      phase: "running",
      steps,
      updated_at: at(0),
    }),
  );
  const logs = join(folder(running), "steps", "02_implement");
  mkdirSync(logs, { recursive: true });
  writeFileSync(
    join(logs, "logs.txt"),
    Array.from(
      { length: 14 },
      (_, line) =>
        `12:03:${String(10 + line)} ${some(["reads", "edits", "tests"])} src/bank/${some(["retry", "client", "errors"])}.ts\n`,
    ).join(""),
  );

  const approval = job(nowMs - 30 * minute, "look into the failing nightly build of the fork", {
    person: "dmitri",
    state: "finished",
    result: {
      status: "needs_human",
      patch: null,
      steps: [],
      error: { code: "awaiting_human", message: "the pull request comes from a fork", details: {} },
    },
  });
  const held = job(nowMs - 50 * minute, goals[5] ?? "", {
    repo: "website",
    person: "bob",
    state: "finished",
    report,
    result: {
      status: "needs_human",
      error: {
        code: "gate",
        message: "the change touches what runs in CI",
        details: {
          findings: [
            { rule: "workflow", path: ".github/workflows/test.yml", message: "it changes what runs in CI" },
          ],
          total: 1,
          release_by: "maintain",
        },
      },
      patch: resultOf().patch,
    },
  });
  writeFileSync(join(folder(held), "patch.diff"), patch);
  const waiting = [1, 2, 3].map((each) =>
    job(nowMs - each * minute, goals[5 + each] ?? "", {
      repo: some(repositories),
      person: some(people),
      state: "queued",
    }),
  );
  return { done, running, approval, held, waiting };
}
