// The web part: the webhook route, the inbox's worker and the publisher.
import { Hono } from "hono";
import { createAnswer } from "../command/answer.ts";
import { createControl } from "../command/control.ts";
import { createAuthorize } from "../command/authorize.ts";
import { readLabel, readRemovedLabel } from "../command/label.ts";
import { createRateLimit } from "../command/rate-limit.ts";
import { jobsSince } from "../artifacts/jobs-since.ts";
import { createRepair } from "../command/repair.ts";
import { createReadMappedLabel } from "../command/mapped-label.ts";
import { readComment } from "../command/parse.ts";
import { builtInPipelines as pipelines } from "../job/pipelines.ts";
import { consume } from "../queue/consume.ts";
import { unwrapHandlerError } from "../webhook/handler-error.ts";
import { registerHandlers } from "../webhook/handlers.ts";
import { createInboxGaveUp, createInboxHandler } from "../webhook/inbox-worker.ts";
import { createWebhookRoute } from "../webhook/route.ts";
import type { House, Running } from "./assemble.ts";
import { openCallbacks } from "./api/open-callbacks.ts";
import { openGateway } from "./api/open-gateway.ts";
import { askingEvent } from "./audit/audit-asking.ts";
import { auditPublishing, auditReplied } from "./audit/audit-intent.ts";
import { auditedSubmit } from "./audited-submit.ts";
import { cancelWhere } from "./cancel-where.ts";
import { openDashboard } from "./dashboard/open-dashboard.ts";
import { createExpireWaiting } from "./expire-waiting.ts";
import { listen } from "./listen.ts";
import { openHealth } from "./open-health.ts";
import { openPublisher } from "./open-publisher.ts";
import { createUnsaid } from "./unsaid.ts";
import { allowedBots, labelPrefix, openKeep } from "./open-deliveries.ts";

/** Deliveries and publications are short and mostly wait for GitHub. */
const concurrency = 4;
/** With pauses of up to five minutes: GitHub may be away for hours before a delivery or a word to it is given up. */
const maxAttempts = 60;

const saidBy = {
  react: "a reaction on GitHub",
  reply: "a reply on GitHub",
  notice: "a word to a pull request on GitHub",
  progress: "the comment is up to date",
  publish: "branch, pull request and final comment are on GitHub",
  callback: "the result is at the job's callback address",
  expire: "a job that waited too long for a person is ended",
  decide: "a person's decision is carried out or answered",
};

/** A success with a patch that no branch has got: something stood against it, or it was not to be pushed. */
async function isUnpublished(
  artifacts: Pick<House["artifacts"], "readResult" | "readPublication">,
  jobId: string,
): Promise<boolean> {
  const result = await artifacts.readResult(jobId);
  if (result?.status !== "success" || !result.patch) return false;
  return !(await artifacts.readPublication(jobId))?.branch;
}

/** Starts listening and working; resolves once the port is open. */
export async function runWeb(house: House): Promise<Running> {
  const { config, log, probot, inbox, outbox, agents, artifacts } = house;
  const { host } = config.github;

  const known = { agents: agents.names(), pipelines: pipelines.map(({ name }) => name) };
  const answer = createAnswer({
    github: (installationId) => probot.github(installationId),
    authorize: createAuthorize({ self: () => probot.self(), allowedBots: allowedBots(house) }),
    self: () => probot.self(),
    submit: auditedSubmit(house),
    jobs: house.jobs,
    writeImage: (jobId, file, bytes) => artifacts.writeImage(jobId, file, bytes),
    isUnpublished: (jobId) => isUnpublished(artifacts, jobId),
    rateLimit: createRateLimit({
      maxPerHour: config.USER_MAX_JOBS_PER_HOUR,
      jobsSince: (since) => jobsSince({ root: config.ARTIFACTS_ROOT, artifacts }, since),
    }),
    control: createControl({ ...house, trigger: config.TRIGGER }),
    audit: (asking) => house.audit.record(askingEvent(asking)),
    outbox,
    pipelines,
    handoff: config.DEFAULT_ARTIFACT_HANDOFF,
    known,
    log,
  });
  registerHandlers(probot, {
    answer,
    parse: (body) => readComment(body, { agents: agents.names(), trigger: config.TRIGGER }),
    readLabel: (name) => readLabel(name, { prefix: labelPrefix }),
    readMappedLabel: createReadMappedLabel({ github: (id) => probot.github(id), known }),
    readRemovedLabel: (name) => readRemovedLabel(name, { prefix: labelPrefix }),
    cancelWhere: (fits, note) => cancelWhere(house, fits, note),
    readJob: (jobId) => artifacts.readJob(jobId),
    decideRepair: createRepair({
      github: (id) => probot.github(id),
      self: () => probot.self(),
      jobs: house.jobs,
      readJob: (jobId) => artifacts.readJob(jobId),
      pushedBy: async (jobId) => (await artifacts.readPublication(jobId))?.branch?.sha,
      known,
    }),
    notices: { github: (id) => probot.github(id), outbox, known },
    host,
    log,
  });

  const drain = new AbortController();
  const callbacks = openCallbacks(house);
  const waiting = createExpireWaiting(house);
  const publisher = once(() => openPublisher(house));
  const receive = createInboxHandler({ receive: (delivery) => probot.receive(delivery), outbox, host, log });
  const workers = [
    consume({
      queue: inbox,
      concurrency,
      handle: receive,
      onGaveUp: createInboxGaveUp({ outbox, host }),
      maxAttempts,
      signal: drain.signal,
      log,
    }),
    consume({
      queue: outbox,
      concurrency,
      async handle(claim) {
        const intent = claim.ticket.payload;
        try {
          await callbacks.ask(intent);
          await auditPublishing(house, intent);
          if (intent.kind === "callback") await callbacks.send(intent);
          else if (intent.kind === "expire") await waiting.end(intent);
          // Without an App no job came from GitHub, and there is nobody to tell.
          else if (house.hasApp) await (await publisher()).carryOut(intent);
          await auditReplied(house, intent);
        } catch (error) {
          // A full disk or a lack of descriptors passes: nothing that was to be said is given up for it.
          throw unwrapHandlerError(error);
        }
        await claim.complete();
        const job = "job_id" in intent ? { job: intent.job_id } : {};
        const stage = intent.kind === "publish" ? "published" : "publisher";
        log[intent.kind === "progress" ? "debug" : "info"]({ stage, ...job }, saidBy[intent.kind]);
      },
      onGaveUp: createUnsaid(outbox, artifacts),
      maxAttempts,
      signal: drain.signal,
      log,
    }),
  ];

  const app = new Hono().route("/", openHealth(house));
  if (house.hasApp) {
    const { MAX_WEBHOOK_BODY_BYTES: maxBodyBytes } = config;
    app.route("/", createWebhookRoute({ verify: probot.verify, keep: openKeep(house), maxBodyBytes, log }));
  }
  const gateway = await openGateway(house);
  if (gateway) app.route("/", gateway);
  // Last: it answers whatever is left.
  const dashboard = openDashboard(house, answer);
  if (dashboard) app.route("/", dashboard.routes);
  const at = { host: config.HOST, port: config.PORT, setting: "PORT" };
  const { server, port } = await listen(app.fetch, at);
  log.info(
    { host: config.HOST, port },
    house.hasApp ? "listening for webhooks" : "listening for the gateway; no GitHub App is set up",
  );

  return {
    async stop() {
      drain.abort();
      server.close();
      await Promise.all(workers);
      dashboard?.close();
    },
  };
}

/** What `make` gives, asked for once; a failure is not remembered, since GitHub may only be away for a moment. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
