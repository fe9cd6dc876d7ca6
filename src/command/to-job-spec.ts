// From a command to the JobSpec that the queue carries.
import { UserError } from "../errors.ts";
import { candidatesOf } from "../job/compare.ts";
import { deriveJobId } from "../job/ids.ts";
import { type ContextMessage, JobSpec, type Permission } from "../job/job-spec.ts";
import type { Pipeline } from "../job/pipelines.ts";
import { maxThreads, type ReviewThread } from "../job/review-thread.ts";
import type { StepSpec } from "../job/step-spec.ts";
import type { Again } from "./again.ts";
import type { Base } from "./base.ts";
import type { JobMaterial } from "./material/read-material.ts";
import { chooseSteps, findStep } from "./choose-steps.ts";
import { compareSteps } from "./compare-steps.ts";
import { problem } from "./problem.ts";
import { goalOf } from "./goal.ts";
import type { AskedThread } from "./review-thread.ts";
import { cut } from "./thread.ts";
import type { JobLimits } from "./repository-configuration/effects.ts";
import type { Trigger } from "./trigger.ts";

/** What one command asks to be run. */
export interface JobCommand {
  /** The name of a pipeline. */
  pipeline: string;
  /** Empty: the goal is the title of the issue or pull request. */
  text: string;
  /** Of a job like an earlier one: which, and in what way. */
  again?: Again;
  /** Replaces every step's agent. */
  agent?: string;
  /** Makes the change too, to be compared with. */
  versus?: string;
  /** Replaces every step's model. */
  model?: string;
  /** Names of steps; only these of the pipeline are run. */
  steps?: readonly string[];
  /** Where the job starts and into which its pull request goes. */
  base?: string;
  /** What the pull request's branch is called. */
  branch?: string;
  /** The most that the job may cost, in US dollars. */
  budgetUsd?: number;
  dryRun: boolean;
  /** The command exactly as it was written. */
  source: string;
}

export interface JobContext {
  trigger: Trigger;
  /** Which command of the delivery it is, from 0. */
  ordinal: number;
  permission: Permission;
  base: Base;
  thread: ContextMessage[];
  /** The review thread in which it was asked. */
  reviewThread?: AskedThread | undefined;
  /** The threads of the pull request that it is to solve besides. */
  openThreads?: readonly ReviewThread[] | undefined;
  material: JobMaterial;
  pipelines: readonly Pipeline[];
  /** What the repository's configuration leaves of what the operator allows. */
  limits?: JobLimits;
  /** How its steps hand over. */
  handoff?: JobSpec["artifact_handoff"] | undefined;
  /** The job that `retry` and `continue` are about. */
  earlier?: JobSpec;
  /** Whether that job made a change that is on no branch. */
  unpublished?: boolean;
}

const maxBodyChars = 70_000;

/**
 * The JobSpec for one command. The same delivery and ordinal give the same id and creation time. Throws
 * UserError (`invalid_job`) that names each field that is out of its limits.
 */
export function toJobSpec(command: JobCommand, context: JobContext): JobSpec {
  const { trigger, ordinal, permission, base, thread, reviewThread, openThreads, material, earlier } =
    context;
  const { delivery, subject, sender, comment } = trigger;
  const pipeline = earlier
    ? { name: earlier.pipeline, steps: earlier.steps }
    : findPipeline(command.pipeline, context.pipelines);
  const retried = command.again?.verb === "retry" ? earlier : undefined;
  const rerun = retried && rerunOf(retried, command.again?.from);
  const follows = retried || !earlier ? base.follows : earlier.job_id;
  const carries = retried ? retried.carries : context.unpublished ? earlier?.job_id : undefined;
  const isSilent = command.again?.verb === "continue" && command.text === "";
  if (isSilent && carries === undefined) throw new UserError(problem.noText, { code: "invalid_job" });
  const sameAs = retried ?? (isSilent ? earlier : undefined);
  const goal = sameAs
    ? { goal: sameAs.goal, goal_by: sameAs.goal_by }
    : goalOf(command, pipeline, { trigger, reviewThread });
  const threads = uniqueThreads([
    reviewThread?.thread,
    ...(openThreads ?? []),
    ...(retried?.target?.threads ?? []),
  ]);
  const parsed = JobSpec.safeParse({
    schema_version: "2.0",
    job_id: deriveJobId(delivery.inboxId, ordinal),
    created_at: delivery.receivedAt,
    source: {
      type: "webhook",
      meta: {
        delivery: delivery.guid,
        event: delivery.event,
        action: delivery.action,
        command: command.source,
      },
    },
    ...goal,
    repository: trigger.repository,
    target: {
      kind: reviewThread ? "review_thread" : subject.kind,
      number: subject.number,
      title: subject.title,
      body: cut(subject.body, maxBodyChars),
      author: subject.author,
      ...(comment && { comment_id: comment.id }),
      ...(base.headRef !== undefined && { head_ref: base.headRef }),
      ...(base.pullRequest !== undefined && { pull_request: base.pullRequest }),
      ...(base.targetSha !== undefined && { base_sha: base.targetSha }),
      ...(base.fork !== undefined && { fork: base.fork }),
      ...(threads.length > 0 && { threads }),
    },
    // What is taken over stands on the commit that it was made on.
    base: (rerun && earlier?.base) ?? base.base,
    ...(follows !== undefined && { follows }),
    requested_by: { login: sender.login, id: sender.id, permission },
    pipeline: pipeline.name,
    ...stepsOf(command, pipeline, context),
    ...(rerun && { rerun }),
    ...(carries !== undefined && { carries }),
    publish: { ...context.limits?.publish, ...(command.branch !== undefined && { branch: command.branch }) },
    artifact_handoff: context.handoff,
    dry_run: command.dryRun || retried?.dry_run === true,
    context_window: thread,
    ...material,
    // What the operator allows, less what the repository doesn't.
    policy: { network: "allow", ...context.limits?.policy },
    ...budgetOf(command, context.limits),
    verify: context.limits?.verify,
  });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `- \`${issue.path.join(".")}\`: ${issue.message}`);
  throw new UserError(
    `This request can't be run as it is:\n\n${problems.join("\n")}\n\nCorrect it and ask again in a new comment.`,
    { cause: parsed.error, code: "invalid_job" },
  );
}

function findPipeline(name: string, pipelines: readonly Pipeline[]): Pipeline {
  const pipeline = pipelines.find((known) => known.name === name);
  if (pipeline) return pipeline;
  const known = pipelines.map((one) => `\`${one.name}\``).join(", ");
  throw new UserError(`There is no pipeline \`${name}\`. Known ones: ${known}.`, { code: "invalid_job" });
}

function uniqueThreads(threads: readonly (ReviewThread | undefined)[]): ReviewThread[] {
  const known = new Map<number, ReviewThread>();
  for (const one of threads) if (one && !known.has(one.comment_id)) known.set(one.comment_id, one);
  return [...known.values()].slice(0, maxThreads);
}

/** The lower of what the repository allows and what was asked for. */
function budgetOf(
  { budgetUsd }: JobCommand,
  limits: JobLimits | undefined,
): Pick<JobSpec, "budget"> | undefined {
  const budget = limits?.budget;
  if (budgetUsd === undefined) return budget && { budget };
  return { budget: { ...budget, max_cost_usd: Math.min(budgetUsd, budget?.max_cost_usd ?? budgetUsd) } };
}

/** Throws UserError `invalid_job` when the earlier job has no such step. */
function rerunOf(earlier: JobSpec, from: string | undefined): JobSpec["rerun"] {
  if (from === undefined) return undefined;
  return { job_id: earlier.job_id, from_step: findStep(earlier.steps, from).step_id };
}

/** Throws UserError `invalid_job` for a comparison that can't be. */
function stepsOf(
  { steps: names, agent, versus, model }: JobCommand,
  pipeline: Pick<Pipeline, "steps">,
  { earlier, pipelines }: Pick<JobContext, "earlier" | "pipelines">,
): Pick<JobSpec, "steps" | "compare"> {
  const chosen = names ? chooseSteps(pipeline.steps, names) : pipeline.steps;
  if (versus !== undefined) {
    const compared = compareSteps(chosen, { versus, agent, pipelines });
    // A model is one agent's: of two only the first can be meant.
    const isOther = ({ agent: by }: StepSpec): boolean => by === versus;
    const steps = compared.steps.map((step) =>
      isOther(step) ? step : { ...step, model: model ?? step.model },
    );
    return { ...compared, steps };
  }
  const steps = chosen.map((step) => ({ ...step, agent: agent ?? step.agent, model: model ?? step.model }));
  const hasBoth = candidatesOf(earlier?.compare).every(({ stepId }) =>
    steps.some(({ step_id: id }) => id === stepId),
  );
  return { steps, ...(earlier?.compare && hasBoth && { compare: earlier.compare }) };
}
