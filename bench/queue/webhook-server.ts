// A server for GitHub's deliveries: Probot's own, which keeps none, or ours with an inbox of some kind. Run by webhook.ts.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { pino } from "pino";
import { createNodeMiddleware, Probot } from "probot";
import { Delivery } from "../../src/job/delivery.ts";
import { newId } from "../../src/job/ids.ts";
import { createFsQueue } from "../../src/queue/fsqueue/fsqueue.ts";
import type { Queue } from "../../src/queue/contract.ts";
import { createConcerns } from "../../src/webhook/concerns.ts";
import { createKeep } from "../../src/webhook/keep.ts";
import { createProbotDoor } from "../../src/webhook/probot.ts";
import { createWebhookRoute } from "../../src/webhook/route.ts";
import { createBareLoop } from "./bare-loop.ts";

const [kind, secret = "", root = ""] = process.argv.slice(2);
const log = pino({ level: "silent" });
const { privateKey: key } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const privateKey = key.export({ type: "pkcs1", format: "pem" }).toString();
const at = { hostname: "127.0.0.1", port: 0 };

type Inbox = Pick<Queue<Delivery>, "enqueue">;

async function openInbox(): Promise<Inbox> {
  switch (kind) {
    case "memory":
      return { enqueue: async () => "queued" };
    case "bare": {
      // As much to write as a delivery is.
      const bare = await createBareLoop(root, "x".repeat(15_000));
      let n = 0;
      return {
        async enqueue() {
          n += 1;
          await bare.enqueue(n);
          return "queued";
        },
      };
    }
    default:
      return createFsQueue({ root, payload: Delivery, maxCrashes: 3, leaseMs: 600_000 });
  }
}

async function startOwn(): Promise<number> {
  const probot = await createProbotDoor({
    appId: 1,
    privateKey,
    webhookSecret: secret,
    apiUrl: "http://127.0.0.1:9",
    throttle: false,
    log,
  });
  const inbox = await openInbox();
  const concerns = createConcerns({ trigger: "/agent", labelPrefix: "agent:", allowedBots: new Set() });
  const route = createWebhookRoute({
    verify: probot.verify,
    keep: createKeep({ inbox, concerns, clock: () => new Date(), newId }),
    maxBodyBytes: 25_000_000,
    log,
  });
  return new Promise((resolve) => {
    serve({ fetch: route.fetch, ...at }, ({ port }) => resolve(port));
  });
}

async function startProbot(): Promise<number> {
  const probot = new Probot({ appId: 1, privateKey, secret, log });
  const middleware = await createNodeMiddleware(() => undefined, {
    probot,
    webhooksPath: "/api/github/webhooks",
  });
  const server = createServer((request, response) => {
    void middleware(request, response, () => response.writeHead(404).end());
  });
  return new Promise((resolve) => {
    server.listen(at.port, at.hostname, () => {
      const address: AddressInfo | string | null = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

process.send?.({ port: await (kind === "probot" ? startProbot() : startOwn()) });
