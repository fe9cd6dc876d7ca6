// A delivery's way from the inbox to the queues: the real Probot and handlers, GitHub as plain data.
import { pino } from "pino";
import { createAnswer } from "../../src/command/answer.ts";
import { createAuthorize } from "../../src/command/authorize.ts";
import { readLabel } from "../../src/command/label.ts";
import { readComment } from "../../src/command/read-comment.ts";
import { createSubmit } from "../../src/command/submit.ts";
import { createTransientFiles } from "./transient-files.ts";
import type { Delivery } from "../../src/job/delivery.ts";
import type { Intent } from "../../src/job/intent.ts";
import type { JobSpec } from "../../src/job/job-spec.ts";
import { builtInPipelines } from "../../src/job/pipelines.ts";
import type { Claim } from "../../src/queue/contract.ts";
import { registerHandlers } from "../../src/webhook/handlers.ts";
import { createInboxHandler } from "../../src/webhook/inbox-worker.ts";
import { createProbotDoor } from "../../src/webhook/probot.ts";
import { createWorld, fakeGitHub, type World } from "../command/fake-github.ts";
import { makePrivateKey } from "./credentials.ts";
import { createMemoryQueue } from "./memory-queue.ts";

const privateKey = makePrivateKey();

export async function createJourney(over: Partial<World> = {}, options: { allowedBots?: string[] } = {}) {
  const log = pino({ level: "silent" });
  const world = createWorld(over);
  const jobs = createMemoryQueue<JobSpec>();
  const outbox = createMemoryQueue<Intent>();
  const self = async () => ({ appId: 7, login: "patchbay[bot]" });
  const allowedBots = new Set(options.allowedBots);
  const clock = () => new Date("2026-01-02T03:05:00.000Z");
  const github = fakeGitHub(world);

  const probot = await createProbotDoor({
    appId: 7,
    privateKey,
    webhookSecret: "a-secret-of-the-journey",
    apiUrl: "http://127.0.0.1:1/api/v3",
    throttle: false,
    log,
  });
  const answer = createAnswer({
    github: async () => github,
    authorize: createAuthorize({ self, allowedBots }),
    self,
    submit: createSubmit({ jobs, outbox, artifacts: createTransientFiles(), clock }),
    outbox,
    pipelines: builtInPipelines,
    log,
  });
  registerHandlers(probot, {
    answer,
    parse: (body) =>
      readComment(body, {
        pipelines: builtInPipelines,
        agents: ["claude", "codex", "opencode"],
        trigger: "/agent",
      }),
    readLabel: (name) => readLabel(name, { prefix: "agent:", pipelines: builtInPipelines }),
    host: "github.com",
    log,
  });
  const handle = createInboxHandler({ receive: probot.receive, outbox, host: "github.com", log });

  return {
    world,
    jobs,
    outbox,
    /** Hands the delivery to the inbox's handler; resolves to how its claim ended. */
    async handle(delivery: Delivery): Promise<string> {
      const { claim, ended } = makeClaim(delivery);
      await handle(claim);
      return ended();
    },
    intents: (kind: Intent["kind"]) => outbox.payloads().filter((intent) => intent.kind === kind),
  };
}

function makeClaim(delivery: Delivery): { claim: Claim<Delivery>; ended: () => string } {
  let end = "still open";
  const ends = (how: string) => async (note?: string) => {
    end = note === undefined ? how : `${how}: ${note}`;
  };
  const claim: Claim<Delivery> = {
    ticket: {
      id: delivery.guid,
      key: "any",
      payload: delivery,
      priority: 5,
      state: "running",
      enqueuedAt: new Date(delivery.received_at),
      notBefore: undefined,
      attempts: 1,
      crashes: 0,
      note: undefined,
    },
    epoch: 1,
    signal: new AbortController().signal,
    assertHeld: async () => {},
    complete: ends("complete"),
    fail: ends("fail"),
    cancelled: ends("cancelled"),
    park: ends("park"),
    retry: ends("retry"),
    release: ends("release"),
  };
  return { claim, ended: () => end };
}

/** A delivery as the inbox keeps it. */
export function makeDelivery(event: string, payload: object, over: Partial<Delivery> = {}): Delivery {
  return {
    inbox_id: "019b7d5e4a0070008000000000000001",
    guid: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
    event,
    received_at: "2026-01-02T03:04:05.000Z",
    body: JSON.stringify(payload),
    ...over,
  };
}
