// Words about jobs that there are: status, cancel, apply, discard, approve. None of them waits behind a job.
//
// Which job is meant is settled here, once: the intent in the outbox names it, and handling the delivery again makes
// the same intent. What is done about it, and told, is the publisher's.
import type { CandidateLabel } from "../job/compare.ts";
import { type HeldPatch, heldPatches, shortHash } from "../job/held-patch.ts";
import type { Intent } from "../job/intent.ts";
import type { JobSpec, Permission } from "../job/job-spec.ts";
import type { JobState } from "../job/job-state.ts";
import type { JobResult } from "../job/result.ts";
import type { Queue, Ticket } from "../queue/contract.ts";
import { isBot, permits } from "./authorize.ts";
import type { ControlCommand } from "./control-command.ts";
import { jobOf, jobsHere } from "./control-jobs.ts";
import { code, quote } from "./quote.ts";
import { replyTo } from "./reply-to.ts";
import { statusText } from "./status.ts";
import type { Trigger } from "./trigger.ts";

export interface ControlOptions {
  jobs: Pick<Queue<JobSpec>, "find" | "list" | "position" | "estimateStart">;
  artifacts: {
    readResult(jobId: string): Promise<JobResult | undefined>;
    readState(jobId: string): Promise<JobState | undefined>;
  };
  outbox: Pick<Queue<Intent>, "enqueue">;
  /** The word that begins a command. */
  trigger: string;
}

export interface ControlContext {
  trigger: Trigger;
  /** Which command of the delivery it is, from 0. */
  ordinal: number;
  permission: Permission;
}

type Decision = Extract<Intent, { kind: "decide" }>["decision"];

/**
 * Returns a function that does what one such command asks for, or says why it can't be done. Repeating it changes
 * nothing.
 */
export function createControl(options: ControlOptions) {
  const { jobs, artifacts, outbox } = options;

  const reply = (context: ControlContext, body: string) => replyTo(outbox, context, body);

  async function decide(
    { trigger, ordinal, permission }: ControlContext,
    wanted: {
      decision: Decision;
      jobId: string;
      sha256?: string;
      label?: CandidateLabel | undefined;
      marker?: string;
    },
  ): Promise<void> {
    const { delivery, repository, subject, sender, comment, thread } = trigger;
    const { decision, jobId, sha256, label, marker = `${delivery.inboxId}-${ordinal}` } = wanted;
    await outbox.enqueue({
      id: `${marker}-${decision}`,
      // A cancel is done at once; whatever writes the job's comment or branch takes its turn with all that does.
      key: decision === "cancel" ? `cancel:${jobId}` : `job:${jobId}`,
      payload: {
        kind: "decide",
        decision,
        job_id: jobId,
        ...(sha256 !== undefined && { sha256 }),
        ...(label !== undefined && { label }),
        by: { login: sender.login, id: sender.id, permission },
        repository,
        number: subject.number,
        ...(comment && { comment_id: comment.id }),
        ...(thread && { thread: thread.first }),
        marker,
      },
    });
  }

  async function waiting(
    context: ControlContext,
    command: ControlCommand,
    wants: (result: JobResult | undefined) => boolean,
  ): Promise<{ ticket: Ticket<JobSpec>; result: JobResult | undefined } | undefined> {
    const { trigger } = context;
    const named = command.job === undefined ? undefined : await jobOf(jobs, trigger.repository, command.job);
    const candidates =
      command.job === undefined
        ? await jobsHere(jobs, trigger, ["awaiting_approval"])
        : named?.state === "awaiting_approval"
          ? [named]
          : [];
    for (const ticket of candidates.toReversed()) {
      const result = await artifacts.readResult(ticket.id);
      if (wants(result)) return { ticket, result };
    }
    return undefined;
  }

  async function apply(context: ControlContext, command: ControlCommand): Promise<void> {
    const found = await waiting(context, command, (result) => heldPatches(result).length > 0);
    if (!found) return reply(context, nothingWaits(command, "patch is held"));
    const held = meantPatch(heldPatches(found.result), command, options.trigger);
    if (typeof held === "string") return reply(context, held);
    const refusal = refusalOf(held, context, command, options.trigger);
    if (refusal !== undefined) return reply(context, refusal);
    await decide(context, {
      decision: "apply",
      jobId: found.ticket.id,
      sha256: held.sha256,
      label: held.label,
    });
  }

  async function discard(context: ControlContext, command: ControlCommand): Promise<void> {
    const found = await waiting(context, command, () => true);
    if (!found) return reply(context, nothingWaits(command, "job is held"));
    await decide(context, { decision: "discard", jobId: found.ticket.id });
  }

  async function approve(context: ControlContext, command: ControlCommand): Promise<void> {
    const found = await waiting(context, command, (result) => heldPatches(result).length === 0);
    if (!found) {
      const held = await waiting(context, command, () => true);
      const hint = held ? ` A patch is held: ${code(`${options.trigger} apply`)} publishes it.` : "";
      return reply(context, `${nothingWaits(command, "job waits for an approval")}${hint}`);
    }
    const { base, target } = found.ticket.payload;
    if (isBot(context.trigger.sender)) return reply(context, "Only a person can approve a job.");
    if (target?.fork !== undefined && command.hash === undefined) {
      const word = code(`${options.trigger} approve ${base?.sha.slice(0, 12) ?? ""}`);
      return reply(
        context,
        `Nothing was approved: the branch is in a fork, so say which commit you have looked at. The job is for ${word}.`,
      );
    }
    if (command.hash !== undefined && base?.sha.startsWith(command.hash) !== true) {
      const is = base ? `It is for the commit ${code(base.sha.slice(0, 12))}` : "It names no commit";
      return reply(context, `Nothing was approved: the job is not for ${quote(command.hash)}. ${is}.`);
    }
    await decide(context, { decision: "approve", jobId: found.ticket.id });
  }

  async function cancel(context: ControlContext, command: ControlCommand): Promise<void> {
    const { trigger, ordinal } = context;
    const named = command.job === undefined ? undefined : await jobOf(jobs, trigger.repository, command.job);
    const found =
      command.job === undefined
        ? (await jobsHere(jobs, trigger, ["running", "pending"])).filter(
            ({ payload }) => command.labelled !== true || payload.source.meta["action"] === "labeled",
          )
        : named
          ? [named]
          : [];
    if (found.length === 0) {
      const nothing = command.job === undefined ? "Nothing runs or waits here" : unknownJob(command.job);
      return reply(context, `${nothing}. What is held ends by ${code(`${options.trigger} discard`)}.`);
    }
    for (const { id, state } of found) {
      // With the job in it: handled again, it finds fewer of them.
      const marker = `${trigger.delivery.inboxId}-${ordinal}-${id.slice(-24)}`;
      const decision = state === "awaiting_approval" ? "discard" : "cancel";
      await decide(context, { decision, jobId: id, marker });
    }
  }

  return async (context: ControlContext, command: ControlCommand): Promise<void> => {
    switch (command.verb) {
      case "status":
        return reply(context, await statusText(options, context.trigger, command.job));
      case "cancel":
        return cancel(context, command);
      case "apply":
        return apply(context, command);
      case "discard":
        return discard(context, command);
      case "approve":
        return approve(context, command);
    }
  };
}

export type Control = ReturnType<typeof createControl>;

/** Which of the held patches is meant; why none is, in words. */
function meantPatch(
  held: readonly HeldPatch[],
  { label, hash }: ControlCommand,
  word: string,
): HeldPatch | string {
  const [one, another] = held;
  const labels = held.flatMap((patch) => patch.label ?? []);
  if (label !== undefined) {
    const wanted = held.find((patch) => patch.label === label);
    if (wanted) return wanted;
    if (labels.length === 0)
      return `There is one patch, and no ${label}: ${code(`${word} apply`)} publishes it.`;
    return `There is no change ${label} to choose, only ${labels.join(" and ")}.`;
  }
  const hashed = hash === undefined ? undefined : held.find(({ sha256 }) => sha256.startsWith(hash));
  if (hashed) return hashed;
  if (!one) return "No patch is held here.";
  return another
    ? `There are two changes to choose from: ${labels.map((each) => code(`${word} apply ${each}`)).join(" or ")}.`
    : one;
}

/** Why this person's word does not release this patch; undefined when it does. */
function refusalOf(
  held: HeldPatch,
  { trigger, permission }: ControlContext,
  command: ControlCommand,
  word: string,
): string | undefined {
  const shown = shortHash(held.sha256);
  if (isBot(trigger.sender)) return "Only a person can release a patch that is held.";
  if (!permits(permission, held.details.release_by)) {
    const rules = [...new Set(held.details.findings.map(({ rule }) => rule))].map(code).join(", ");
    return (
      `This patch is held by ${rules === "" ? "the gate" : rules}: only someone with ${held.details.release_by} ` +
      `permission can release it, and you have ${permission}. ${code(`${word} discard`)} drops it.`
    );
  }
  if (command.hash !== undefined && !held.sha256.startsWith(command.hash)) {
    return (
      `Nothing was published: ${quote(command.hash)} is not the patch that is held, which is ${code(shown)}. ` +
      `Look at it, then write ${code(`${word} apply ${shown}`)}.`
    );
  }
  return undefined;
}

function nothingWaits({ job }: ControlCommand, what: string): string {
  return job === undefined ? `No ${what} here.` : `${unknownJob(job)}, or it doesn't wait: no ${what}.`;
}

function unknownJob(id: string): string {
  return `There is no job ${quote(id)} in this repository`;
}
