// A stand-in for GitHub on this machine: REST, GraphQL, git, webhooks and a conversation page, over bare
// repositories and one snapshot file. A library for tests; main.ts makes a program of it.
import { mkdir } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { z } from "zod";
import { ensureUser } from "./actions/accounts.ts";
import { newApp } from "./app/new-app.ts";
import { inspectRoutes } from "./demo-api/inspect.ts";
import { liveRoutes } from "./demo-api/live.ts";
import { actRoutes } from "./demo-api/routes.ts";
import { createFaults } from "./faults.ts";
import { createFrontDoor } from "./http/front-door.ts";
import { serveGraphql } from "./graphql/serve.ts";
import { createRequestLog } from "./http/request-log.ts";
import { createLock } from "./model/lock.ts";
import { createNews } from "./model/news.ts";
import type { Permissions } from "./model/accounts.ts";
import type { State } from "./model/state.ts";
import { createStore, loadState } from "./model/store.ts";
import { type World, botLogin } from "./model/world.ts";
import { createSeeding } from "./seeding/seeding.ts";
import { webhookProblems } from "./openapi/validate-webhook.ts";
import { webRoutes } from "./web/routes.ts";
import { createSender } from "./webhooks/sender.ts";

export interface StandInOptions {
  /** Bare repositories, snapshot and deliveries; made if missing, continued if not. */
  dataDir: string;
  /** Default 0: any free port. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  webhookUrl?: string;
  webhookSecret?: string;
  /** What the App may do; default: what app.yml asks for. Only for a new data folder. */
  permissions?: Permissions;
  appSlug?: string;
  clock?: () => Date;
  log?: (message: string) => void;
  /** Answers of ours that break GitHub's description become a 500; default true. */
  strict?: boolean;
  /** Holds webhook payloads against GitHub's description too; costs a second of compiling. Default false. */
  checkWebhooks?: boolean;
  /** The time limit of a webhook delivery; default 10 s, as GitHub's. */
  deliveryTimeoutMs?: number;
}

export type StandIn = Awaited<ReturnType<typeof createStandIn>>;

/** Starts a stand-in and resolves when it answers. */
export async function createStandIn(options: StandInOptions) {
  const clock = options.clock ?? (() => new Date());
  const log = options.log ?? (() => undefined);
  const host = options.host ?? "127.0.0.1";
  await mkdir(options.dataDir, { recursive: true });
  const known = await loadState(options.dataDir);
  const state = known ?? emptyState(options, clock);
  if (options.webhookUrl !== undefined) state.app.webhook_url = options.webhookUrl;

  const news = createNews();
  const faults = createFaults();
  const requests = createRequestLog(news);
  const violations: string[] = [];
  const violation = (text: string): void => {
    violations.push(text);
    log(`violation: ${text}`);
  };
  const store = createStore(options.dataDir, state);
  const lock = createLock();
  const ending = new AbortController();
  let base = "";
  const sender = await createSender({
    dataDir: options.dataDir,
    app: () => state.app,
    nextId: () => state.next_id++,
    clock,
    news,
    isLost: faults.isLost,
    log,
    ...(options.deliveryTimeoutMs === undefined ? {} : { timeoutMs: options.deliveryTimeoutMs }),
  });
  state.next_id = Math.max(state.next_id, (sender.deliveries.at(-1)?.id ?? 0) + 1);
  const world: World = {
    state,
    dataDir: options.dataDir,
    clock,
    base: () => base,
    news,
    deliver: (outgoing) => {
      const { event, action, payload } = outgoing;
      // As it will be sent: without what is undefined, and unchanged by what happens later.
      const sent = z.record(z.string(), z.unknown()).parse(JSON.parse(JSON.stringify(payload)));
      const broken = options.checkWebhooks === true ? webhookProblems(event, action, sent) : [];
      for (const problem of broken) violation(`webhook ${event}.${action ?? ""}: ${problem}`);
      sender.send({ ...outgoing, payload: sent });
    },
    alone: (repository, work) => lock(repository.id, work),
  };
  ensureUser(world, botLogin(world), "Bot");
  const save = async (): Promise<void> => {
    await store.save();
    news.tell();
  };
  const seeding = createSeeding(world, save);

  const demo = new Hono();
  demo.route(
    "/",
    inspectRoutes({ app: () => state.app, url: () => base, requests, sender, faults, violations }),
  );
  demo.route("/", liveRoutes(news, ending.signal));
  demo.route("/", actRoutes(seeding));
  const door = createFrontDoor({
    world,
    sender,
    save,
    strict: options.strict ?? true,
    violation,
    requests,
    faults,
    graphql: (body, actor) => serveGraphql({ world, save, violation }, body, actor),
    demo,
    web: webRoutes(world, seeding),
    log,
  });
  const server = createAdaptorServer({ fetch: door.fetch });
  const { port } = await listen(server, options.port ?? 0, host);
  base = `http://${host}:${port}`;
  await save();

  return {
    url: base,
    app: appOf(state, world),
    ...seeding,
    faults,
    /** What was asked, oldest first. */
    requests: requests.entries,
    /** Attempted deliveries, oldest first. */
    deliveries: sender.deliveries,
    /** Sends a delivery again under its own GUID, as GitHub's button does. */
    redeliver: sender.redeliver,
    /** Answers of ours that break GitHub's description, and requests for what is not served. Must stay empty. */
    violations,
    /** The state itself, to look at; change it only through the functions. */
    state,
    until: news.until,
    subscribe: news.subscribe,
    /** Resolves when every webhook so far has been attempted. */
    settled: () => news.until(() => sender.pending() === 0, { what: "the deliveries to be made" }),
    async stop(): Promise<void> {
      ending.abort();
      faults.clear();
      await sender.stop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      if ("closeAllConnections" in server) server.closeAllConnections();
      await closed;
      await store.save();
    },
  };
}

function appOf(state: State, world: World) {
  return {
    id: state.app.id,
    privateKey: state.app.private_key,
    webhookSecret: state.app.webhook_secret,
    slug: state.app.slug,
    botLogin: botLogin(world),
  };
}

function emptyState(options: StandInOptions, clock: () => Date): State {
  const state: State = {
    version: 1,
    next_id: 1000,
    app: newApp(
      4711,
      clock()
        .toISOString()
        .replace(/\.\d+Z$/, "Z"),
      {
        ...(options.appSlug === undefined ? {} : { slug: options.appSlug }),
        webhookSecret: options.webhookSecret,
        permissions: options.permissions,
      },
    ),
    manifests: {},
    users: [],
    repositories: [],
    installations: [],
    tokens: [],
    issues: [],
    comments: [],
    reactions: [],
    reviews: [],
    review_comments: [],
    threads: [],
    check_runs: [],
    signed_commits: [],
    uploads: {},
    teams: [],
  };
  return state;
}

function listen(
  server: ReturnType<typeof createAdaptorServer>,
  port: number,
  host: string,
): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const address = server.address();
      if (address === null || typeof address === "string") reject(new Error("listening on a port"));
      else resolve(address);
    });
  });
}
