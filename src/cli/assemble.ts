// Every room furnished and wired from one configuration, GitHub and the queues included; nothing runs yet.
import type { Config } from "../config.ts";
import type { Credentials } from "../credentials.ts";
import type { GitAuth } from "../io/git.ts";
import { statusOf } from "../io/github-error.ts";
import { killMarked } from "../io/process-tree.ts";
import { Delivery } from "../job/delivery.ts";
import { Intent } from "../job/intent.ts";
import { JobSpec, type Repository } from "../job/job-spec.ts";
import { giveUpJob } from "../runner/give-up.ts";
import { auditGivenUp } from "./audit/audit-runner.ts";
import { createInboxReply } from "../webhook/inbox-reply.ts";
import { createNoApp } from "../webhook/no-app.ts";
import { createProbotDoor } from "../webhook/probot.ts";
import { openQueues } from "./open-queues.ts";
import { openRooms } from "./rooms.ts";

/** Deliveries and publications are given up later than jobs: they end no agent and cost next to nothing. */
const maxHandOverCrashes = 20;

const givenUp = (crashes: number): string =>
  `Patchbay's process died ${crashes === 1 ? "once" : `${crashes} times`} while it worked on this, so it is not tried again by itself. ` +
  "The operator finds the reason in the log; ask again in a new comment once it is mended.";

/** What every process of Patchbay shares, whichever parts it runs. Without credentials there is no GitHub. */
export async function assemble(config: Config, credentials: Credentials | undefined) {
  const rooms = await openRooms(config);
  const { redactor, log, artifacts, audit, budgets, clock } = rooms;
  const queues = await openQueues(rooms).catch(async (error: unknown) => {
    await rooms.close();
    throw error;
  });
  const outbox = await queues.open("outbox", { payload: Intent, maxCrashes: maxHandOverCrashes });
  const reply = createInboxReply({ outbox, host: config.github.host });
  const inbox = await queues.open("inbox", {
    payload: Delivery,
    maxCrashes: maxHandOverCrashes,
    async onReclaim({ payload, crashes }) {
      if (crashes >= maxHandOverCrashes) await reply(payload, givenUp(crashes));
    },
  });
  const jobs = await queues.open("jobs", {
    payload: JobSpec,
    maxCrashes: config.RUNNER_MAX_CRASHES,
    async onReclaim(ticket) {
      // What is left of a dead runner's agents is ended before anyone else may work on the job.
      await killMarked(ticket.id);
      await budgets.release(ticket.id);
      if (ticket.crashes < config.RUNNER_MAX_CRASHES) return;
      const message = givenUp(ticket.crashes);
      await giveUpJob({ artifacts, outbox, clock }, ticket, { code: "crashed", message, details: {} });
      await auditGivenUp({ artifacts, audit }, ticket);
    },
  });

  const probot = credentials
    ? await createProbotDoor({
        ...credentials,
        apiUrl: config.github.apiUrl,
        throttle: config.GITHUB_THROTTLE,
        log,
      })
    : createNoApp();

  /** A token of its own for each use: one repository, no more than `permissions`, masked from now on. */
  async function tokenFor(
    repository: Repository,
    permissions: Record<string, "read" | "write">,
  ): Promise<GitAuth> {
    const { origin } = config.github;
    const { token, owner, name } = await tokenByName(repository, permissions);
    redactor.register(token, "installation-token");
    return { origin, token, url: `${origin}${owner}/${name}.git` };
  }

  /** GitHub leads from an old name to the new one everywhere but here. */
  async function tokenByName(repository: Repository, permissions: Record<string, "read" | "write">) {
    const { installation_id: installation } = repository;
    try {
      return { ...repository, ...(await probot.app.token(installation, repository, permissions)) };
    } catch (error) {
      if (statusOf(error) !== 422) throw error;
      const now = await (await probot.github(installation)).nameNow(repository);
      if (now.owner === repository.owner && now.name === repository.name) throw error;
      return { ...now, ...(await probot.app.token(installation, now, permissions)) };
    }
  }

  return {
    ...rooms,
    jobs,
    inbox,
    outbox,
    hasApp: credentials !== undefined,
    probot,
    tokenFor,
    async close(): Promise<void> {
      await Promise.all([jobs.close(), inbox.close(), outbox.close()]);
      await rooms.close();
    },
  };
}

export type House = Awaited<ReturnType<typeof assemble>>;

/** A part that runs until it is told to stop. */
export interface Running {
  /** Takes no new work, lets what runs end, and resolves when nothing runs any more. */
  stop(): Promise<void>;
}
