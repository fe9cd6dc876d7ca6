// What follows from a command: the 👎 for a stranger, a reply, jobs, or a word about a job. The same for every event.
import type { GitHub } from "../io/github.ts";
import type { MaterialCalls } from "../io/github-material.ts";
import type { Intent } from "../job/intent.ts";
import type { JobSpec } from "../job/job-spec.ts";
import type { Pipeline } from "../job/pipelines.ts";
import type { Log } from "../log.ts";
import type { Queue } from "../queue/contract.ts";
import type { Asking } from "./asking.ts";
import type { Authorize } from "./authorize.ts";
import type { Control } from "./control.ts";
import type { ControlVerb } from "./grammar.ts";
import type { Command } from "./parse.ts";
import { planJobs } from "./plan-jobs.ts";
import type { RateLimit } from "./rate-limit.ts";
import { limitsOf, mayDo, pipelinesWith, type Right } from "./repository-configuration/effects.ts";
import { loadConfiguration } from "./repository-configuration/load.ts";
import { problemsText } from "./repository-configuration/problems-text.ts";
import { teamsOf } from "./repository-configuration/teams.ts";
import { configurationPath, type KnownNames } from "./repository-configuration/read.ts";
import { replyTo } from "./reply-to.ts";
import type { Submit } from "./submit.ts";
import type { Self } from "./thread.ts";
import { describeTrigger, type Trigger } from "./trigger.ts";
import { createTurns } from "./turns.ts";

/** What a trigger asks for, once it is known that it asks for something. */
export type Asked = { kind: "reply"; body: string } | { kind: "commands"; commands: readonly Command[] };

/** Reads what is asked, with the names of the pipelines that the repository has. */
export type Ask = (pipelines: readonly Pipeline[]) => Asked;

export type CommandGitHub = Pick<
  GitHub,
  | "permission"
  | "branchHead"
  | "branchesFrom"
  | "openPullRequests"
  | "pullRequest"
  | "pullRequestsFrom"
  | "latestComments"
  | "fileText"
  | "threadComments"
  | "allThreadComments"
  | "threadStates"
  | "isTeamMember"
> &
  MaterialCalls;

export interface AnswerOptions {
  github: (installationId: number) => Promise<CommandGitHub>;
  authorize: Authorize;
  self: () => Promise<Self>;
  submit: Submit;
  /** To find the job that `retry` and `continue` are about. */
  jobs: Pick<Queue<JobSpec>, "find" | "list">;
  /** Keeps a picture among the artifacts of a job that is to be. */
  writeImage: (jobId: string, file: string, bytes: Uint8Array) => Promise<void>;
  /** Whether a job that has ended made a change that is on no branch. */
  isUnpublished: (jobId: string) => Promise<boolean>;
  control: Control;
  rateLimit: RateLimit;
  outbox: Pick<Queue<Intent>, "enqueue">;
  pipelines: readonly Pipeline[];
  /** How the steps of jobs hand over. */
  handoff?: JobSpec["artifact_handoff"] | undefined;
  /** What a repository's configuration may name. */
  known: KnownNames;
  /** Keeps the record of who asked; never throws. */
  audit: (asking: Asking) => Promise<void>;
  log: Log;
}

/** A trigger whose sender may do what its commands ask for. */
interface Allowed {
  trigger: Trigger;
  github: CommandGitHub;
  commands: readonly Command[];
  given: Parameters<typeof planJobs>[2];
  /** Of the log. */
  fields: { delivery: string };
}

/**
 * Returns a function that answers one trigger. Repeating it makes the same ids and so changes nothing. Throws
 * UserError when its commands can't be run for a reason that a person can mend (then none was submitted),
 * TransientError when it may go better later.
 */
export function createAnswer(options: AnswerOptions) {
  const { authorize, outbox, submit, control, audit, log } = options;

  async function react(trigger: Trigger, content: "eyes" | "-1"): Promise<void> {
    const { repository, comment, subject, thread, delivery } = trigger;
    await outbox.enqueue({
      id: `${delivery.inboxId}-${content === "eyes" ? "eyes" : "denied"}`,
      key: `delivery:${delivery.inboxId}`,
      payload: {
        kind: "react",
        repository,
        subject: comment
          ? { type: thread ? "review_comment" : "issue_comment", comment_id: comment.id }
          : { type: "issue", number: subject.number },
        content,
      },
    });
  }

  const reply = (trigger: Trigger, body: string) => replyTo(outbox, { trigger, ordinal: 0 }, body);
  const turnOf = createTurns();

  async function carryOut({ trigger, github, commands, given, fields }: Allowed): Promise<void> {
    const wanted = commands.filter((command) => !("verb" in command)).length;
    const tooMany = await options.rateLimit(trigger, wanted);
    if (tooMany !== undefined) {
      log.info(fields, `${describeTrigger(trigger)}: refused, too many jobs in an hour`);
      await reply(trigger, tooMany);
      return;
    }
    await react(trigger, "eyes");
    const { self, jobs, isUnpublished, writeImage } = options;
    const deps = { github, trigger, self, jobs, isUnpublished, writeImage };
    const specs = await planJobs(deps, commands, given);
    for (const [ordinal, command] of commands.entries()) {
      const spec = specs.get(ordinal);
      if ("verb" in command) {
        await control({ trigger, ordinal, permission: given.permission }, command);
        log.info(fields, `${describeTrigger(trigger)}: ${command.verb}`);
      } else if (spec) {
        const outcome = await submit(spec);
        const said = `${describeTrigger(trigger)}: pipeline ${spec.pipeline}, ${outcome}`;
        log.info({ stage: "queue", ...fields, job: spec.job_id }, said);
      }
    }
  }

  return async (trigger: Trigger, ask: Ask): Promise<void> => {
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
    const { permission } = verdict;
    const { repository, sender } = trigger;
    const loaded = await loadConfiguration(github, repository, options.known);
    const configuration = loaded.kind === "valid" ? loaded.configuration : undefined;
    const pipelines = configuration ? pipelinesWith(options.pipelines, configuration) : options.pipelines;
    const asked = ask(pipelines);
    const rights = rightsOf(asked);
    const teams = await teamsOf(github, repository, configuration ?? { deny: [] }, sender);
    const person = { sender, permission, teams };
    if (configuration && !rights.every((right) => mayDo(configuration, person, right))) {
      log.info(fields, `${describeTrigger(trigger)}: refused by the repository's configuration`);
      await audit({ decision: "denied", trigger, permission, note: configurationPath });
      await react(trigger, "-1");
      return;
    }
    await audit({ decision: "allowed", trigger, permission });
    // To look and to stop is possible all the same.
    if (loaded.kind === "invalid" && rights.some((right) => right !== undefined && right !== "cancel")) {
      await reply(trigger, problemsText(loaded.problems));
      return;
    }
    if (asked.kind === "reply") {
      await reply(trigger, asked.body);
      return;
    }

    if (isStale(trigger)) {
      await reply(trigger, staleBody(trigger));
      return;
    }

    const { commands } = asked;
    const limits = configuration && limitsOf(configuration);
    const { handoff } = options;
    const given = { permission, pipelines, handoff, ...(limits && { limits }) };
    // What is counted for one delivery of a person must not change before its jobs are there.
    const allowed = { trigger, github, commands, given, fields };
    const startsJobs = commands.some((command) => !("verb" in command));
    await (startsJobs ? turnOf(String(sender.id), () => carryOut(allowed)) : carryOut(allowed));
  };
}

/** What each command needs; looking needs nothing, and so does an answer without a command. */
function rightsOf(asked: Asked): (Right | undefined)[] {
  if (asked.kind === "reply") return [undefined];
  return asked.commands.map((command) => ("verb" in command ? rightOf[command.verb] : "run"));
}

const rightOf: Record<ControlVerb, Right | undefined> = {
  status: undefined,
  cancel: "cancel",
  discard: "cancel",
  approve: "approve",
  apply: "apply",
};

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
