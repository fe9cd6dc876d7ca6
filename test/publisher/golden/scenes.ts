// Each kind of comment that people meet, made by the code that makes it in earnest. Pictures are taken of them too.
import { helpText } from "../../../src/command/help.ts";
import { parse } from "../../../src/command/parse.ts";
import { createRateLimit } from "../../../src/command/rate-limit.ts";
import { noticeFor } from "../../../src/command/repository-configuration/notice.ts";
import { problemsText } from "../../../src/command/repository-configuration/problems-text.ts";
import { readConfiguration } from "../../../src/command/repository-configuration/read.ts";
import { gateDetails } from "../../../src/job/finding.ts";
import { builtInPipelines } from "../../../src/job/pipelines.ts";
import type { JobResult } from "../../../src/job/result.ts";
import { composeReview } from "../../../src/publisher/review/compose-review.ts";
import { commentableLines } from "../../../src/publisher/review/commentable-lines.ts";
import { type Ended, finalComment } from "../../../src/publisher/render/final-comment.ts";
import { progressComment } from "../../../src/publisher/render/progress-comment.ts";
import { pullRequestBody } from "../../../src/publisher/render/pull-request-text.ts";
import { makeTrigger } from "../../command/trigger.ts";
import { StepSpec } from "../../../src/job/step-spec.ts";
import { jobId, resultOf, specOf, stateOf, stepOf, voiceOf } from "../job.ts";

export interface Scene {
  /** What was written before it. */
  asked: string;
  said: string;
}

const voice = voiceOf("https://patchbay.example");
const agents = ["claude", "codex", "opencode"];
const known = { agents, pipelines: builtInPipelines.map(({ name }) => name) };

const goal = "the login test fails on Mondays";
export const fileBefore = `export async function login(page: Page, user: User) {
  await page.fill("#name", user.name);
  await page.click("#submit");
  await sleep(500);
  return page.cookie("session");
}
`;
export const patch = Buffer.from(`diff --git a/test/login.ts b/test/login.ts
--- a/test/login.ts
+++ b/test/login.ts
@@ -1,6 +1,7 @@
 export async function login(page: Page, user: User) {
   await page.fill("#name", user.name);
   await page.click("#submit");
-  await sleep(500);
+  const session = await page.waitForCookie("session");
+  if (!session) throw new Error("no session");
-  return page.cookie("session");
+  return session;
 }
`);
const report = `The test read the session cookie half a second after the click. On Mondays the server starts cold and takes longer.

- \`login()\` waits for the cookie and no longer for a fixed time.
- Without a cookie it fails with a message that says so.

20 runs of \`npm test -- login\` passed, 5 of them against a cold server.`;

const step = (id: string, seconds: number, cost: number, change: Parameters<typeof stepOf>[1] = {}) =>
  stepOf(id, {
    metrics: {
      duration_ms: seconds * 1000,
      cost_usd: cost,
      tokens_in: seconds * 311,
      tokens_out: seconds * 23,
    },
    ...change,
  });
const steps = [step("01_plan", 21, 0.04), step("02_implement", 134, 0.31), step("03_review", 47, 0.09)];
const metrics = { duration_ms: 205_000, cost_usd: 0.44, tokens_in: 62_822, tokens_out: 4646 };
const pipelineOf = (name: string) => ({
  pipeline: name,
  steps: builtInPipelines.find((one) => one.name === name)?.steps ?? [],
});

function ended(change: Partial<Omit<Ended, "result">> & { result?: Partial<JobResult> } = {}): string {
  const { result, ...rest } = change;
  return finalComment(
    {
      spec: specOf({ goal }),
      landing: { kind: "pull_request", number: 12, url: "https://github.com/acme/shop/pull/12" },
      report,
      log: undefined,
      patch,
      ...rest,
      result: resultOf({ metrics, steps, ...result }),
    },
    voice,
  );
}

function answered(pipeline: string, text: string, question: string, more: Partial<Ended> = {}): string {
  const spec = specOf({ goal: question, ...pipelineOf(pipeline) });
  const [first] = spec.steps;
  const ran = step(first?.step_id ?? "", 21, 0.04, {
    agent: first?.agent ?? "",
    role: first?.role ?? "planner",
    change_status: "no_changes",
  });
  return ended({
    spec,
    landing: { kind: "none" },
    patch: undefined,
    report: text,
    result: {
      steps: [ran],
      change_status: "no_changes",
      patch: null,
      metrics: { ...ran.metrics, duration_ms: 23_000 },
    },
    ...more,
  });
}

function failed(
  error: NonNullable<JobResult["error"]>,
  change: Partial<JobResult> = {},
  more: Partial<Omit<Ended, "result">> = {},
): string {
  const [plan = stepOf("01_plan")] = steps;
  const result = {
    status: "failed" as const,
    error,
    patch: null,
    steps: [plan, step("02_implement", 63, 0.12, { status: change.status ?? "failed" })],
    metrics: { duration_ms: 86_000, cost_usd: 0.16, tokens_in: 26_124, tokens_out: 1932 },
    ...change,
  };
  return ended({ landing: { kind: "none" }, patch: undefined, report: undefined, ...more, result });
}

function replied(comment: string): string {
  const parsed = parse(comment, { pipelines: builtInPipelines, agents });
  if (parsed.kind !== "reply") throw new Error(`${comment} gets no reply`);
  return parsed.body;
}

const place = { ahead: 2, startsAt: new Date("2026-03-04T05:17:41Z") };
const running = stateOf("running");
const brokenConfiguration = `label_triggers:
  "agent:go": fixx
permissions:
  run: everyone
publish: pullrequest
`;
const held = gateDetails([
  {
    rule: "workflow",
    path: ".github/workflows/test.yml",
    line: 12,
    message: "workflows run with this repository's rights",
  },
  { rule: "size", path: "", message: "412 files are changed; at most 300 pass by themselves" },
]);

/** The review of the change above: its body and its comments on lines. */
export const review = composeReview(
  {
    jobId,
    lines: commentableLines(patch),
    findings: [
      {
        path: "test/login.ts",
        line: 4,
        severity: "error",
        text: "`waitForCookie` waits for ever when the login is refused.",
        suggestion: '  const session = await page.waitForCookie("session", { timeoutMs: 5000 });\n',
      },
      {
        path: "src/session.ts",
        line: 41,
        severity: "note",
        text: "The message names no user: say which one, it is the first thing that one asks.",
      },
    ],
  },
  voice,
);

async function tooMany(): Promise<string> {
  const started = specOf({ requested_by: { login: "ann", id: 2, permission: "write" } });
  const limit = createRateLimit({
    maxPerHour: 3,
    jobsSince: async () =>
      ["02:10:00", "02:20:00", "02:40:00"].map((time, at) => ({
        ...started,
        job_id: `${at}`.padStart(32, "0"),
        created_at: `2026-01-02T${time}.000Z`,
      })),
  });
  return (await limit(makeTrigger(), 1)) ?? "";
}

function broken(): string {
  const read = readConfiguration(brokenConfiguration, known);
  return read.kind === "invalid" ? problemsText(read.problems) : "";
}

async function breaking(): Promise<string> {
  const head = "4f1c2aa9d0".padEnd(40, "0");
  const github = {
    fileText: async (_repository: unknown, _path: string, ref?: string) =>
      ref === head ? brokenConfiguration : undefined,
  };
  const repository = { owner: "acme", name: "shop" };
  return (await noticeFor(github, repository, { head, base: "a".repeat(40), known })).said.body;
}

const contest = [
  { step_id: "01_implement_A", agent: "claude", role: "implementer", cost_usd: 0.31, duration_ms: 95_000 },
  { step_id: "01_implement_B", agent: "codex", role: "implementer", cost_usd: 0.12, duration_ms: 61_000 },
  { step_id: "compare", agent: "opencode", role: "reviewer", cost_usd: 0.04, duration_ms: 22_000 },
].map(({ step_id, agent, role, cost_usd, duration_ms }) => ({
  spec: StepSpec.parse({ step_id, agent, role }),
  result: stepOf(step_id, {
    agent,
    role,
    metrics: { duration_ms, cost_usd, tokens_in: 21_400, tokens_out: 1210 },
  }),
}));

function candidate(label: "A" | "B", agent: string) {
  const patch = {
    base_sha: "a".repeat(40),
    tree: "b".repeat(40),
    sha256: label.toLowerCase().repeat(64),
    files: 1,
    bytes: 10,
  };
  const step_id = `01_implement_${label}`;
  return { label, step_id, agent, status: "success", patch, secrets_check: "passed", error: null } as const;
}

const otherPatch = Buffer.from(
  `diff --git a/test/login.ts b/test/login.ts
--- a/test/login.ts
+++ b/test/login.ts
@@ -2,3 +2,3 @@
   await page.submit();
-  await sleep(500);
+  await sleep(5000);
   expect(page.cookie("session")).toBeDefined();
`,
);
const comparison = `Verdict: A

A waits for what the test needs; B waits ten times as long and hopes. B's test is green on a slow server only by luck.

To be mended in A: a limit on the wait, so that a refused login fails with a message.`;

/** By the names of their files. */
export async function scenes(): Promise<Record<string, Scene>> {
  const asked = `/agent fix ${goal}`;
  const [plan = stepOf("01_plan")] = steps;
  return {
    waiting: { asked, said: progressComment({ spec: specOf({ goal }), state: undefined, place }, voice) },
    running: {
      asked,
      said: progressComment(
        {
          spec: specOf({ goal }),
          state: {
            ...running,
            steps: running.steps.map((one, at) => ({ ...one, ...(at === 0 && { cost_usd: 0.04 }) })),
          },
          place: undefined,
        },
        voice,
      ),
    },
    "pull-request": { asked, said: ended() },
    "pull-request-body": {
      asked,
      said: pullRequestBody({ spec: specOf({ goal }), result: resultOf({ metrics, steps }), report }, voice),
    },
    "pull-request-updated": {
      asked: "/agent name the user in the message",
      said: ended({
        spec: specOf({ goal: "name the user in the message" }),
        landing: {
          kind: "commit",
          branch: "patchbay/7-login-test",
          sha: "4f1c2aa".padEnd(40, "0"),
          url: "https://github.com/acme/shop/commit/4f1c2aa",
          isMoved: true,
          pullRequest: 12,
        },
        report: "The message names the user.",
      }),
    },
    answer: {
      asked: "/agent ask where is the session cookie set?",
      said: answered(
        "ask",
        "In `src/session.ts`, line 41: `issue()` sets it after the password was checked, for 14 days. Nothing else writes it.",
        "where is the session cookie set?",
      ),
    },
    plan: {
      asked: `/agent plan ${goal}`,
      said: answered(
        "plan",
        "1. Let `login()` in `test/login.ts` wait for the session cookie in place of half a second.\n2. Fail with a message when there is none.\n3. Run the test 20 times against a cold server.",
        goal,
      ),
    },
    review: {
      asked: "/agent review",
      said: answered("review", "One error, one warning, one note.", "review this pull request", {
        reviewUrl: "#pullrequestreview-1",
      }),
    },
    "approval-wanted": {
      asked,
      said: failed(
        {
          code: "awaiting_human",
          message: "in this repository a job begins once somebody with maintain has approved it",
          details: { approve: "4f1c2aa9d0" },
        },
        { status: "needs_human", steps: [] },
      ),
    },
    held: {
      asked,
      said: failed(
        { code: "gate", message: "the gate held the patch", details: { ...held } },
        {
          status: "needs_human",
          steps,
          metrics,
          patch: {
            base_sha: "a".repeat(40),
            tree: "b".repeat(40),
            sha256: "1a2b3c4d5e6f".padEnd(64, "0"),
            files: 1,
            bytes: patch.length,
          },
        },
        { patch, report: "`login()` waits for the cookie, and the workflow runs the test 20 times." },
      ),
    },
    compared: {
      asked: `/agent quick --agent claude --vs codex ${goal}`,
      said: finalComment(
        {
          spec: specOf({ goal, pipeline: "quick", steps: contest.map(({ spec }) => spec) }),
          result: resultOf({
            status: "needs_human",
            patch: null,
            metrics,
            steps: contest.map(({ result }) => result),
            error: { code: "awaiting_human", message: "a change is to be chosen: A or B", details: {} },
            candidates: [candidate("A", "claude"), candidate("B", "codex")],
          }),
          landing: { kind: "none" },
          compared: [
            { candidate: candidate("A", "claude"), patch },
            { candidate: candidate("B", "codex"), patch: otherPatch },
          ],
          report: comparison,
          log: undefined,
          patch: undefined,
        },
        voice,
      ),
    },
    failed: {
      asked,
      said: failed(
        { code: "crashed", message: "codex ended with exit code 101", details: { step_id: "02_implement" } },
        {},
        {
          log: "05:06:31 codex | reading test/login.ts\n05:07:02 codex | thread 'main' panicked at 'index out of bounds'\n05:07:02 patchbay | codex ended with exit code 101\n",
        },
      ),
    },
    "out-of-time": {
      asked,
      said: failed(
        { code: "timeout", message: "300 s were over", details: { step_id: "02_implement" } },
        { status: "timeout" },
      ),
    },
    "over-budget": {
      asked: `/agent --budget 0.10 ${goal}`,
      said: failed({
        code: "budget",
        message: "the job may cost $0.10 and has cost $0.16",
        details: { step_id: "02_implement" },
      }),
    },
    cancelled: {
      asked: "/agent cancel",
      said: failed(
        { code: "step_failed", message: "cancelled by alice", details: {} },
        { status: "cancelled", error: null },
      ),
    },
    "no-changes": {
      asked,
      said: ended({
        landing: { kind: "none" },
        patch: undefined,
        report: "The test waits for the cookie since 4f1c2aa; nothing is left to do.",
        result: { change_status: "no_changes", patch: null },
      }),
    },
    conflict: {
      asked,
      said: ended({
        landing: {
          kind: "refused",
          code: "conflict",
          message: "the branch has moved and the change no longer fits: test/login.ts",
        },
      }),
    },
    "dry-run": {
      asked: `/agent --dry-run ${goal}`,
      said: ended({ spec: specOf({ goal, dry_run: true }), landing: { kind: "withheld", why: "dry_run" } }),
    },
    "push-refused": {
      asked,
      said: ended({
        landing: {
          kind: "refused",
          code: "github",
          message: "GH006: Protected branch update failed for refs/heads/main.",
        },
      }),
    },
    simulated: {
      asked,
      said: ended({ result: { steps: [{ ...plan, simulated: true }, ...steps.slice(1)] } }),
    },
    "refused-command": { asked: "/agent fix --modl opus it", said: replied("/agent fix --modl opus it") },
    help: {
      asked: "/agent help",
      said: helpText({ pipelines: builtInPipelines, agents, trigger: "/agent" }),
    },
    "rate-limited": { asked, said: await tooMany() },
    "broken-configuration": { asked, said: broken() },
    "breaking-pull-request": { asked: "", said: await breaking() },
    "review-of-lines": {
      asked: "/agent review",
      said: [
        review.body,
        ...review.comments.map(({ path, line, body }) => `---\n\n\`${path}:${line}\`\n\n${body}`),
      ].join("\n\n"),
    },
  };
}
