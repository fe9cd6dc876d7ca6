import { describe, expect, test } from "vitest";
import { toJobSpec, type JobCommand, type JobContext } from "../../src/command/to-job-spec.ts";
import { UserError } from "../../src/errors.ts";
import { deriveJobId } from "../../src/job/ids.ts";
import { isGitHubJob, JobSpec } from "../../src/job/job-spec.ts";
import { builtInPipelines } from "../../src/job/pipelines.ts";
import { headSha, pullSha } from "./fake-github.ts";
import { inboxId, makeTrigger } from "./trigger.ts";

const command: JobCommand = {
  pipeline: "default",
  text: "fix the flaky login test",
  dryRun: false,
  source: "/agent fix the flaky login test",
};
const context: JobContext = {
  trigger: makeTrigger(),
  ordinal: 0,
  permission: "write",
  base: { base: { ref: "main", sha: headSha } },
  thread: [{ role: "user", author: "bob", content: "It started last week." }],
  material: { material: [], material_left_out: [] },
  pipelines: builtInPipelines,
};

function refusal(act: () => unknown): UserError {
  try {
    act();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

test("a comment on an issue becomes a complete GitHub job", () => {
  const spec = toJobSpec(command, context);
  expect(JobSpec.parse(structuredClone(spec))).toEqual(spec);
  expect(isGitHubJob(spec)).toBe(true);
  expect(spec).toMatchObject({
    job_id: deriveJobId(inboxId, 0),
    created_at: "2026-01-02T03:04:05.000Z",
    source: {
      type: "webhook",
      meta: { delivery: "guid-1", event: "issue_comment", action: "created", command: command.source },
    },
    goal: "fix the flaky login test",
    repository: { host: "github.com", owner: "acme", name: "shop", installation_id: 5 },
    target: {
      kind: "issue",
      number: 12,
      title: "Login test is flaky",
      body: "It fails on Mondays.",
      author: "bob",
      comment_id: 1000,
    },
    base: { ref: "main", sha: headSha },
    requested_by: { login: "ann", id: 2, permission: "write" },
    pipeline: "default",
    dry_run: false,
    // A command narrows nothing: what the network may be is the operator's to say.
    policy: { network: "allow", sandbox: true },
    context_window: context.thread,
  });
  expect(spec.steps.map(({ step_id, agent }) => [step_id, agent])).toEqual([
    ["01_plan", "opencode"],
    ["02_implement", "codex"],
    ["03_review", "claude"],
  ]);
});

test("the same delivery and ordinal give the same id, another ordinal another", () => {
  const first = toJobSpec(command, context);
  expect(toJobSpec(command, context)).toEqual(first);
  expect(toJobSpec(command, { ...context, ordinal: 1 }).job_id).not.toBe(first.job_id);
});

test("--agent, --model and --dry-run replace every step's", () => {
  const spec = toJobSpec({ ...command, agent: "claude", model: "opus", dryRun: true }, context);
  expect(spec.steps.every((step) => step.agent === "claude" && step.model === "opus")).toBe(true);
  expect(spec.dry_run).toBe(true);
  expect(builtInPipelines[0]?.steps[0]).toMatchObject({ agent: "opencode" });
});

test.each(["", "  \n"])("without a text (%j) the goal is the title and the body stays context", (text) => {
  const spec = toJobSpec({ ...command, text }, context);
  expect(spec.goal).toBe("Login test is flaky");
  expect(spec.target?.body).toBe("It fails on Mondays.");
});

test("--steps, --branch and --budget are the job's, and no budget is above the repository's", () => {
  const wishes = { steps: ["implement"], branch: "hot-fix", budgetUsd: 3 };
  const limits = {
    policy: { protected_paths: [] },
    publish: { mode: "hold" as const, branch_template: "bot/{number}-{id}" },
    budget: { max_cost_usd: 2, max_calls: 7 },
  };
  expect(toJobSpec({ ...command, ...wishes }, { ...context, limits })).toMatchObject({
    steps: [{ step_id: "02_implement", input_artifacts: [] }],
    publish: { mode: "hold", branch: "hot-fix", branch_template: "bot/{number}-{id}" },
    budget: { max_cost_usd: 2, max_calls: 7 },
  });
  const under = toJobSpec({ ...command, budgetUsd: 1.5 }, { ...context, limits });
  expect(under.budget).toEqual({ max_cost_usd: 1.5, max_calls: 7 });
  expect(toJobSpec({ ...command, budgetUsd: 1.5 }, context).budget).toEqual({ max_cost_usd: 1.5 });
  expect(refusal(() => toJobSpec({ ...command, steps: ["deploy"] }, context)).message).toContain("`01_plan`");
});

test("retry --from stands on the commit of the earlier job, and names the step", () => {
  const earlier = toJobSpec(command, context);
  const later = { ...context, ordinal: 1, earlier, base: { base: { ref: "main", sha: pullSha } } };
  const retry = { ...command, again: { verb: "retry" as const, from: "review" } };
  expect(toJobSpec(retry, later)).toMatchObject({
    base: earlier.base,
    rerun: { job_id: earlier.job_id, from_step: "03_review" },
  });
  expect(toJobSpec({ ...command, again: { verb: "retry" } }, later).base).toEqual(later.base.base);
  const unknown = { ...command, again: { verb: "retry" as const, from: "deploy" } };
  expect(refusal(() => toJobSpec(unknown, later)).message).toContain("no step `deploy`");
});

test("a label leaves no comment id", () => {
  const { comment: _, ...trigger } = makeTrigger();
  expect(toJobSpec(command, { ...context, trigger }).target).not.toHaveProperty("comment_id");
});

test("a pull request has its branch as head", () => {
  const spec = toJobSpec(command, {
    ...context,
    trigger: makeTrigger({ subject: { kind: "pull_request" } }),
    base: { base: { ref: "topic", sha: pullSha }, headRef: "topic" },
  });
  expect(spec.target).toMatchObject({ kind: "pull_request", head_ref: "topic" });
  expect(spec.base).toEqual({ ref: "topic", sha: pullSha });
});

test("a body at GitHub's limit in wide characters is cut, not refused", () => {
  const trigger = makeTrigger({ subject: { body: "😀".repeat(65_536) } });
  expect(toJobSpec(command, { ...context, trigger }).target?.body).toHaveLength(70_000);
});

describe("what is out of its limits is named", () => {
  test.each<[string, Partial<JobCommand>]>([
    ["goal", { text: "x".repeat(5001) }],
    ["steps.0.model", { model: "m".repeat(129) }],
    ["steps.0.agent", { agent: "Not An Agent" }],
  ])("%s", (field, over) => {
    const error = refusal(() => toJobSpec({ ...command, ...over }, context));
    expect(error.message).toContain(`\`${field}\``);
    expect(error.code).toBe("invalid_job");
  });

  test("an unknown pipeline", () => {
    const error = refusal(() => toJobSpec({ ...command, pipeline: "fxi" }, context));
    expect(error.message).toContain("`fxi`");
    expect(error.message).toContain("`fix`");
  });
});
