// A failed check on a pull request that a job of ours made: whether another job tries to mend it.
import type { GitHub } from "../io/github.ts";
import { markedJob } from "../job/job-marker.ts";
import type { JobSpec, Repository } from "../job/job-spec.ts";
import { QueueState } from "../job/queue-state.ts";
import { deriveJobId } from "../job/ids.ts";
import type { Queue } from "../queue/contract.ts";
import { jobsHere } from "./control-jobs.ts";
import { quote } from "./quote.ts";
import { loadConfiguration } from "./repository-configuration/load.ts";
import type { KnownNames } from "./repository-configuration/read.ts";
import type { Self } from "./thread.ts";
import type { JobCommand } from "./to-job-spec.ts";
import type { Sender, Trigger } from "./trigger.ts";

export interface FailedCheck {
  /** The pull request on whose head it ran. */
  number: number;
  name: string;
  headSha: string;
}

export type Repair =
  | { kind: "none"; reason: string }
  | { kind: "start"; sender: Sender; subject: Trigger["subject"]; command: JobCommand }
  /** What is said once as many have been tried as the repository wants. */
  | { kind: "used_up"; body: string };

export interface RepairOptions {
  github: (installationId: number) => Promise<Pick<GitHub, "pullRequest" | "fileText">>;
  self: () => Promise<Self>;
  jobs: Pick<Queue<JobSpec>, "find" | "list">;
  readJob: (jobId: string) => Promise<JobSpec | undefined>;
  /** The commit that a job has pushed. */
  pushedBy: (jobId: string) => Promise<string | undefined>;
  known: KnownNames;
}

type Delivery = Trigger["delivery"];

/** The event that repairs come from. */
const event = "check_run";

/**
 * Returns a function that decides about one failed check. There is one repair for each head, however many checks fail there;
 * it is done in the name of whoever asked for the pull request; what a person has pushed there is theirs to mend; and a person's own command starts the count anew. Throws
 * UserError or TransientError when GitHub can't be asked.
 */
export function createRepair({ github, self, jobs, readJob, pushedBy, known }: RepairOptions) {
  async function isPushedByOneOf(ids: readonly string[], sha: string): Promise<boolean> {
    for (const id of new Set(ids)) if ((await pushedBy(id)) === sha) return true;
    return false;
  }

  return async (repository: Repository, check: FailedCheck, delivery: Delivery): Promise<Repair> => {
    const { number, name, headSha } = check;
    const door = await github(repository.installation_id);
    const pull = await door.pullRequest(repository, number);
    const bot = (await self()).login;
    const none = (reason: string): Repair => ({ kind: "none", reason });
    if (pull.user?.login.toLowerCase() !== bot.toLowerCase()) return none("not our pull request");
    if (pull.state !== "open") return none("the pull request is closed");
    if (pull.head.sha !== headSha) return none("the branch has moved on");
    const read = await loadConfiguration(door, repository, known);
    const wish = read.kind === "valid" ? read.configuration.on_ci_failure : undefined;
    if (!wish) return none("the repository doesn't want repairs");
    const asked = await readJob(markedJob(pull.body) ?? "").catch(() => undefined);
    const requester = asked?.requested_by;
    if (!asked || !requester || !isOf(asked, repository)) return none("nobody is known who asked for it");

    const subject: Trigger["subject"] = {
      kind: "pull_request",
      number,
      title: pull.title,
      body: pull.body ?? "",
      author: bot,
      open: true,
      locked: false,
      comments: pull.comments ?? 0,
    };
    // Many checks can fail within one millisecond.
    const receivedAt = new Date(Date.parse(delivery.receivedAt) + 1).toISOString();
    const place = { repository, subject, delivery: { ...delivery, receivedAt } };
    const before = await jobsHere(jobs, place, QueueState.options);
    // Its own job doesn't stop a delivery that is handled again.
    const own = deriveJobId(delivery.inboxId, 0);
    const specs = before.map(({ payload }) => payload).filter(({ job_id: id }) => id !== own);
    if (specs.some((spec) => isRepair(spec) && spec.base?.sha === headSha)) {
      return none("this head is being mended already");
    }
    const here = specs.map(({ job_id: id }) => id);
    const issue = { ...place, subject: { ...subject, number: asked.target?.number ?? number } };
    const onIssue = (await jobsHere(jobs, issue, QueueState.options)).map(({ id }) => id);
    if (!(await isPushedByOneOf([asked.job_id, ...here, ...onIssue], headSha))) {
      return none("the commit is not ours");
    }
    const lastAsked = Math.max(
      Date.parse(asked.created_at),
      ...specs.filter((spec) => !isRepair(spec)).map((spec) => Date.parse(spec.created_at)),
    );
    const tried = specs.filter((spec) => isRepair(spec) && Date.parse(spec.created_at) > lastAsked).length;
    const commit = headSha.slice(0, 12);
    if (tried >= wish.max_attempts) {
      const times = tried === 1 ? "1 repair has" : `${tried} repairs have`;
      const body = `🛑 ${quote(name)} still fails on ${commit}, and ${times} not mended it. A person is needed: \`/agent fix …\` on this pull request starts another try.`;
      return { kind: "used_up", body };
    }
    const goal = `${quote(name)} fails on ${commit} (repair ${tried + 1} of ${wish.max_attempts}). Find out why, and mend what is wrong.`;
    const command = { pipeline: wish.pipeline, text: goal, dryRun: false, source: "on_ci_failure" };
    return {
      kind: "start",
      sender: { login: requester.login, id: requester.id ?? 0, type: "User" },
      subject,
      command,
    };
  };
}

export type DecideRepair = ReturnType<typeof createRepair>;

function isRepair({ source }: JobSpec): boolean {
  return source.meta["event"] === event && source.meta["action"] === "completed";
}

function isOf({ repository }: JobSpec, { host, owner, name }: Repository): boolean {
  const whole = `${host}/${owner}/${name}`.toLowerCase();
  return (
    repository !== undefined &&
    `${repository.host}/${repository.owner}/${repository.name}`.toLowerCase() === whole
  );
}
