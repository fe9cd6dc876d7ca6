// What follows from a command: the 👎 for a stranger, a reply, or jobs. The same for every event.
import type { GitHub } from "../io/github.ts";
import type { Intent } from "../job/intent.ts";
import type { Pipeline } from "../job/pipelines.ts";
import type { Log } from "../log.ts";
import type { Queue } from "../queue/contract.ts";
import type { Asking } from "./asking.ts";
import type { Authorize } from "./authorize.ts";
import { findBase } from "./base.ts";
import type { Submit } from "./submit.ts";
import { readThread, type Self } from "./thread.ts";
import { type JobCommand, toJobSpec } from "./to-job-spec.ts";
import { describeTrigger, type Trigger } from "./trigger.ts";

/** What a trigger asks for, once it is known that it asks for something. */
export type Asked = { kind: "reply"; body: string } | { kind: "commands"; commands: readonly JobCommand[] };

export type CommandGitHub = Pick<GitHub, "permission" | "branchHead" | "pullRequest" | "latestComments">;

export interface AnswerOptions {
  github: (installationId: number) => Promise<CommandGitHub>;
  authorize: Authorize;
  self: () => Promise<Self>;
  submit: Submit;
  outbox: Pick<Queue<Intent>, "enqueue">;
  pipelines: readonly Pipeline[];
  /** Keeps the record of who asked; never throws. */
  audit: (asking: Asking) => Promise<void>;
  log: Log;
}

/**
 * Returns a function that answers one trigger. Repeating it makes the same ids and so changes nothing. Throws
 * UserError when its commands can't be run for a reason that a person can mend (then none was submitted),
 * TransientError when it may go better later.
 */
export function createAnswer(options: AnswerOptions) {
  const { authorize, outbox, submit, pipelines, audit, log } = options;

  async function react(trigger: Trigger, content: "eyes" | "-1"): Promise<void> {
    const { repository, comment, subject, delivery } = trigger;
    await outbox.enqueue({
      id: `${delivery.inboxId}-${content === "eyes" ? "eyes" : "denied"}`,
      key: `delivery:${delivery.inboxId}`,
      payload: {
        kind: "react",
        repository,
        subject: comment
          ? { type: "issue_comment", comment_id: comment.id }
          : { type: "issue", number: subject.number },
        content,
      },
    });
  }

  async function reply(trigger: Trigger, body: string): Promise<void> {
    const { repository, subject, delivery } = trigger;
    const marker = `${delivery.inboxId}-0`;
    await outbox.enqueue({
      id: marker,
      key: `delivery:${delivery.inboxId}`,
      payload: { kind: "reply", repository, number: subject.number, marker, body },
    });
  }

  return async (trigger: Trigger, asked: Asked): Promise<void> => {
    const github = await options.github(trigger.repository.installation_id);
    const verdict = await authorize(github, trigger.repository, trigger);
    const fields = { delivery: trigger.delivery.guid };
    if (verdict.kind === "ignored") {
      log.info(fields, `${describeTrigger(trigger)}: ignored, ${verdict.reason}`);
      await audit({ decision: "ignored", trigger, permission: null, note: verdict.reason });
      return;
    }
    if (verdict.kind === "denied") {
      log.info(fields, `${describeTrigger(trigger)}: refused, permission is ${verdict.permission}`);
      await audit({ decision: "denied", trigger, permission: verdict.permission });
      await react(trigger, "-1");
      return;
    }
    await audit({ decision: "allowed", trigger, permission: verdict.permission });
    if (asked.kind === "reply") {
      await reply(trigger, asked.body);
      return;
    }

    if (isStale(trigger)) {
      await reply(trigger, staleBody(trigger));
      return;
    }

    await react(trigger, "eyes");
    const base = await findBase(github, trigger);
    const cutoff = { at: trigger.at, ...(trigger.comment && { commentId: trigger.comment.id }) };
    const thread = await readThread(
      github,
      trigger.repository,
      trigger.subject,
      cutoff,
      await options.self(),
    );
    const { permission } = verdict;
    // All of them before the first is submitted: a comment is done as a whole or not at all.
    const specs = asked.commands.map((command, ordinal) =>
      toJobSpec(command, { trigger, ordinal, permission, base, thread, pipelines }),
    );
    for (const spec of specs) {
      const outcome = await submit(spec);
      log.info(
        { stage: "queue", ...fields, job: spec.job_id },
        `${describeTrigger(trigger)}: pipeline ${spec.pipeline}, ${outcome}`,
      );
    }
  };
}

/** A request that took longer to arrive may not be wanted any more: whoever asked is asked. */
const staleAfterMs = 24 * 60 * 60 * 1000;

function ageMs({ delivery, at }: Trigger): number {
  return Date.parse(delivery.receivedAt) - Date.parse(at);
}

function isStale(trigger: Trigger): boolean {
  return ageMs(trigger) > staleAfterMs;
}

function staleBody(trigger: Trigger): string {
  const hours = Math.round(ageMs(trigger) / 3_600_000);
  return (
    `This was asked ${hours} hours ago and has only reached Patchbay now, so nothing was started. ` +
    "Is it still wanted? Then ask again in a new comment."
  );
}

export type Answer = ReturnType<typeof createAnswer>;
