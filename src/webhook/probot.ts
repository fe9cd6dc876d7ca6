// Probot, kept behind this door: the App's secret and identity, one Octokit per installation, the dispatch of a
// delivery to its handler. Its HTTP middleware is not used: it answers only after the handlers.
import { AsyncLocalStorage } from "node:async_hooks";
import { Probot, ProbotOctokit } from "probot";
import { z } from "zod";
import type { Self } from "../command/thread.ts";
import { UserError } from "../errors.ts";
import { type AppGitHub, createAppGitHub } from "../io/app-github.ts";
import type { Requester } from "../io/github-call.ts";
import type { GraphqlRequester } from "../io/github-graphql.ts";
import { statusOf } from "../io/github-error.ts";
import { createGitHub, type GitHub } from "../io/github.ts";
import type { Delivery } from "../job/delivery.ts";
import type { Log } from "../log.ts";
import type { EventName } from "./dispatch.ts";
import type { Handler } from "./handler.ts";
import { unwrapHandlerError } from "./handler-error.ts";
import { createVerify, type Verify } from "./signature.ts";

export interface ProbotOptions {
  appId: number;
  privateKey: string;
  webhookSecret: string;
  /** Of the REST API, such as https://api.github.com or https://ghe.example/api/v3. */
  apiUrl: string;
  /** Octokit's own pacing of writes: on for GitHub, off for a stand-in. */
  throttle: boolean;
  log: Log;
}

export interface ProbotDoor {
  verify: Verify;
  /** Runs the handlers of a delivery; throws what they threw, unwrapped. */
  receive: (delivery: Delivery) => Promise<void>;
  on: (event: EventName, handler: Handler) => void;
  /** Calls on behalf of an installation; the same object each time. */
  github: (installationId: number) => Promise<GitHub>;
  app: AppGitHub;
  /** The App's number and bot account, asked for once. */
  self: () => Promise<Self>;
}

type WebhookEvent = Parameters<Probot["receive"]>[0];

/** Only the envelope is looked at: each handler decodes the part of the payload that it needs. */
const WebhookEvent = z.custom<WebhookEvent>(
  (event) =>
    z.object({ id: z.string(), name: z.string(), payload: z.looseObject({}) }).safeParse(event).success,
);

/** Throws UserError without a webhook secret: Probot would take "development" for it and trust anyone. */
export async function createProbotDoor(options: ProbotOptions): Promise<ProbotDoor> {
  if (options.webhookSecret.trim() === "") {
    throw new UserError("WEBHOOK_SECRET: missing; set the App's webhook secret", { code: "preflight" });
  }
  const probot = new Probot({
    appId: options.appId,
    privateKey: options.privateKey,
    secret: options.webhookSecret,
    baseUrl: options.apiUrl,
    log: quiet(options.log),
    // The function form is the only one that has an effect.
    Octokit: options.throttle
      ? ProbotOctokit
      : ProbotOctokit.defaults((o: object) => ({ ...o, throttle: { enabled: false } })),
  });
  await probot.ready();

  // The delivery itself has to reach its handler: job ids derive from its inbox id, which is no part of GitHub's
  // payload. The asynchronous context carries it through Probot without a table to clean up after a throw, and
  // can't mix up two deliveries that are handled at the same time.
  const current = new AsyncLocalStorage<Delivery>();

  const installations = new Map<number, Promise<Requester & GraphqlRequester>>();
  function installation(id: number): Promise<Requester & GraphqlRequester> {
    return remembered(installations, id, async () => renewing(await probot.auth(id)));
  }
  const doors = new Map<number, Promise<GitHub>>();
  const asApp = await probot.auth();
  /** The App's own token opens only /app; anything else it asks for goes through an installation, whichever. */
  async function requesterFor(route: string): Promise<Requester> {
    if (/^[A-Z]+ \/app(?:\/|$)/.test(route)) return asApp;
    const [known] = installations.values();
    if (known) return known;
    const { data } = await asApp.request("GET /app/installations", { per_page: 1 });
    const [first] = z.array(z.object({ id: z.int() })).parse(data);
    if (!first) throw new UserError("the App is not installed anywhere yet", { code: "github" });
    return installation(first.id);
  }
  const app = createAppGitHub({
    request: async (route, parameters) => (await requesterFor(route)).request(route, parameters),
  });
  const selves = new Map<number, Promise<Self>>();

  return {
    verify: createVerify(options.webhookSecret),

    async receive(delivery) {
      const payload: unknown = JSON.parse(delivery.body);
      const event = WebhookEvent.parse({ id: delivery.guid, name: delivery.event, payload });
      try {
        await current.run(delivery, () => probot.receive(event));
      } catch (error) {
        throw unwrapHandlerError(error);
      }
    },

    on(event, handler) {
      probot.on(event, async (context) => {
        const delivery = current.getStore();
        if (!delivery) throw new Error(`handling ${event}: it did not come through receive()`);
        await handler(delivery, context.payload);
      });
    },

    github: (installationId) =>
      remembered(doors, installationId, async () => createGitHub(await installation(installationId))),

    app,

    self: () =>
      remembered(selves, options.appId, async () => {
        const { id, slug } = await app.identity();
        return { appId: id, login: `${slug}[bot]` };
      }),
  };
}

const TokenCache = z.object({
  cache: z.custom<{ clear(): void }>((cache) => hasClear.safeParse(cache).success),
});
const hasClear = z.object({ clear: z.function() });

/**
 * The same calls; a token that GitHub took back before its time, as it does when permissions change, is replaced and the
 * call made once more, which is safe since a 401 did nothing.
 */
function renewing(octokit: Awaited<ReturnType<Probot["auth"]>>): Requester & GraphqlRequester {
  async function again<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (statusOf(error) !== 401) throw error;
      // Octokit's own `refresh` asks api.github.com whatever the base URL is, so the token is only forgotten.
      const forget = (state: unknown): void => TokenCache.parse(state).cache.clear();
      await octokit.auth({ type: "installation", factory: forget });
      return call();
    }
  }
  return {
    request: (route, parameters) => again(() => octokit.request(route, parameters)),
    graphql: (query, variables) => again(() => octokit.graphql(query, variables)),
  };
}

/** What `make` gave for this key the first time; a failure is not remembered. */
function remembered<T>(known: Map<number, Promise<T>>, key: number, make: () => Promise<T>): Promise<T> {
  const before = known.get(key);
  if (before) return before;
  const made = make();
  known.set(key, made);
  made.catch(() => known.delete(key));
  return made;
}

/** Probot attaches the whole event to what it logs; of that only the delivery's name and GUID are worth a line. */
function quiet(log: Log): Log {
  const error = (thrown: unknown): unknown =>
    thrown instanceof Error ? { type: thrown.name, message: thrown.message, stack: thrown.stack } : thrown;
  const event = (received: unknown): unknown =>
    z.object({ id: z.string(), name: z.string() }).safeParse(received).data;
  return log.child({}, { serializers: { err: error, error, event } });
}
