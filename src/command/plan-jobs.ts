// The jobs that a comment's commands ask for: where each starts, and what it is told.
import type { JobSpec } from "../job/job-spec.ts";
import type { Queue } from "../queue/contract.ts";
import { asksForAllThreads, readOpenThreads } from "./address-all.ts";
import { earlierJob } from "./again.ts";
import type { CommandGitHub } from "./answer.ts";
import { type BaseWishes, findBase } from "./base.ts";
import { type ReadImages, readImages } from "./material/read-images.ts";
import { readMaterial } from "./material/read-material.ts";
import type { Command } from "./parse.ts";
import { readReviewThread } from "./review-thread.ts";
import { readThread, type Self, type ThreadCutoff } from "./thread.ts";
import { type JobCommand, type JobContext, toJobSpec } from "./to-job-spec.ts";
import type { Trigger } from "./trigger.ts";

export interface PlanDeps {
  github: CommandGitHub;
  trigger: Trigger;
  self: () => Promise<Self>;
  /** To find the job that `retry` and `continue` are about. */
  jobs: Pick<Queue<JobSpec>, "find" | "list">;
  writeImage: (jobId: string, file: string, bytes: Uint8Array) => Promise<void>;
  /** Whether a job that has ended made a change that is on no branch. */
  isUnpublished: (jobId: string) => Promise<boolean>;
}

/**
 * The JobSpec of each command that asks for a job, by the command's place. All of them before the first is submitted:
 * a comment is done as a whole or not at all. Throws UserError that says what stands in the way.
 */
export async function planJobs(
  deps: PlanDeps,
  commands: readonly Command[],
  given: Pick<JobContext, "permission" | "pipelines" | "limits" | "handoff">,
): Promise<Map<number, JobSpec>> {
  const wanted = [...commands.entries()].flatMap(([ordinal, command]): [number, JobCommand][] =>
    "verb" in command ? [] : [[ordinal, command]],
  );
  if (wanted.length === 0) return new Map();
  const { github, trigger, jobs } = deps;
  const self = await deps.self();
  const reviewThread = await readReviewThread(github, trigger, self);
  const startOf = createStartOf(deps, self, given);
  const specs = new Map<number, JobSpec>();
  for (const [ordinal, command] of wanted) {
    const openThreads = asksForAllThreads(trigger, command)
      ? await readOpenThreads(github, trigger, self)
      : undefined;
    const threads = [...(reviewThread ? [reviewThread.thread] : []), ...(openThreads ?? [])];
    const start = await startOf(command, threads);
    const earlier = command.again && (await earlierJob(jobs, trigger, command.again));
    const unpublished = earlier !== undefined && (await deps.isUnpublished(earlier.job_id));
    const context = { ...given, ...start, trigger, reviewThread, openThreads, unpublished };
    const spec = toJobSpec(command, { ...context, ordinal, ...(earlier && { earlier }) });
    for (const { image, bytes } of start.images) await deps.writeImage(spec.job_id, image.file, bytes);
    specs.set(ordinal, spec);
  }
  return specs;
}

type Start = Pick<JobContext, "base" | "thread" | "material"> & { images: ReadImages["found"] };

/** Where a command's job starts and what it may read there; asked of GitHub once for commands of like wishes. */
function createStartOf(
  { github, trigger, jobs }: PlanDeps,
  self: Self,
  { limits }: Pick<JobContext, "limits">,
): (command: JobCommand, threads: NonNullable<JobContext["openThreads"]>) => Promise<Start> {
  const { repository, subject, comment, thread: place, at } = trigger;
  const jobSpec = async (id: string): Promise<JobSpec | undefined> => (await jobs.find(id))?.payload;
  // A review comment's number says nothing about the conversation's.
  const cutoff: ThreadCutoff = { at, ...(comment && !place && { commentId: comment.id }) };
  const starts = new Map<string, Start>();

  return async (command, threads) => {
    const wishes: BaseWishes = {
      usualBase: limits?.base,
      template: limits?.publish.branch_template,
      base: command.base,
      branch: command.branch,
    };
    const told = threads.map((one) => one.comment_id);
    const key = JSON.stringify([wishes, told]);
    const known = starts.get(key);
    if (known) return known;
    const base = await findBase({ github, self, jobSpec }, trigger, wishes);
    const { comments = subject.comments } = base;
    const thread = await readThread(github, repository, { ...subject, comments }, cutoff, self);
    const images = await readImages(github, trigger, thread);
    const read = await readMaterial(github, trigger, { base, thread, threads });
    const material = {
      ...read,
      images: images.found.map(({ image }) => image),
      material_left_out: [...images.leftOut, ...read.material_left_out].slice(0, 20),
    };
    const start = { base, thread, material, images: images.found };
    starts.set(key, start);
    return start;
  };
}
