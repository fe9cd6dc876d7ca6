// The web part: the webhook route, the inbox's worker and the publisher.
import { serve } from "@hono/node-server";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createAgents } from "../agents/registry.ts";
import { createAnswer } from "../command/answer.ts";
import { createAuthorize } from "../command/authorize.ts";
import { readLabel } from "../command/label.ts";
import { createSubmit } from "../command/submit.ts";
import { revokeToken } from "../io/github.ts";
import { newId } from "../job/ids.ts";
import { builtInPipelines as pipelines } from "../job/pipelines.ts";
import { createPublisher } from "../publisher/publisher.ts";
import { consume } from "../queue/consume.ts";
import { createConcerns } from "../webhook/concerns.ts";
import { registerHandlers } from "../webhook/handlers.ts";
import { createInboxHandler } from "../webhook/inbox-worker.ts";
import { createWebhookRoute } from "../webhook/route.ts";
import type { House, Running } from "./assemble.ts";

const labelPrefix = "agent:";
/** Deliveries and publications are short and mostly wait for GitHub. */
const concurrency = 4;

/** Starts listening and working; resolves once the port is open. */
export async function runWeb(house: House): Promise<Running> {
  const { config, log, probot, inbox, outbox, clock } = house;
  const allowedBots = new Set(config.ALLOWED_BOTS.map((login) => login.toLowerCase()));
  const { host } = config.github;

  registerHandlers(probot, {
    answer: createAnswer({
      github: (installationId) => probot.github(installationId),
      authorize: createAuthorize({ self: () => probot.self(), allowedBots }),
      self: () => probot.self(),
      submit: createSubmit(house),
      outbox,
      pipelines,
      log,
    }),
    parse: (body) => readComment(body, commandNames(house)),
    readLabel: (name) => readLabel(name, { prefix: labelPrefix, pipelines }),
    host,
    log,
  });

  const drain = new AbortController();
  const publisher = await openPublisher(house);
  const receive = createInboxHandler({ receive: (delivery) => probot.receive(delivery), outbox, host, log });
  const workers = [
    consume({ queue: inbox, concurrency, handle: receive, signal: drain.signal, log }),
    consume({
      queue: outbox,
      concurrency,
      async handle(claim) {
        await publisher.carryOut(claim.ticket.payload);
        await claim.complete();
      },
      signal: drain.signal,
      log,
    }),
  ];

  const route = createWebhookRoute({
    verify: (body, signature) => probot.verify(body, signature),
    inbox,
    maxBodyBytes: config.MAX_WEBHOOK_BODY_BYTES,
    concerns: createConcerns({ trigger: config.TRIGGER, labelPrefix, allowedBots }),
    clock,
    newId,
    log,
  });
  const server = serve({ fetch: route.fetch, hostname: config.HOST, port: config.PORT });
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : config.PORT;
  log.info({ host: config.HOST, port }, "listening for webhooks");

  return {
    async stop() {
      drain.abort();
      server.close();
      await Promise.all(workers);
    },
  };
}
