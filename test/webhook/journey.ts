// A delivery's way from the inbox to the queues: the real Probot and handlers, GitHub as plain data.
import { pino } from "pino";
import { createAnswer } from "../../src/command/answer.ts";
import type { Asking } from "../../src/command/asking.ts";
import { createControl } from "../../src/command/control.ts";
import { createAuthorize } from "../../src/command/authorize.ts";
import { createRateLimit } from "../../src/command/rate-limit.ts";
import { createRepair } from "../../src/command/repair.ts";
import { createReadMappedLabel } from "../../src/command/mapped-label.ts";
import { readLabel, readRemovedLabel } from "../../src/command/label.ts";
import { readComment } from "../../src/command/parse.ts";
import { createSubmit, type JobFiles } from "../../src/command/submit.ts";
import { createTransientFiles } from "./transient-files.ts";
import type { Delivery } from "../../src/job/delivery.ts";
import type { Intent } from "../../src/job/intent.ts";
import type { JobSpec } from "../../src/job/job-spec.ts";
import { builtInPipelines } from "../../src/job/pipelines.ts";
import type { Claim, Queue } from "../../src/queue/contract.ts";
import { registerHandlers } from "../../src/webhook/handlers.ts";
import { createInboxGaveUp, createInboxHandler } from "../../src/webhook/inbox-worker.ts";
import { createProbotDoor } from "../../src/webhook/probot.ts";
import { createWorld, fakeGitHub, type World } from "../command/fake-github.ts";
import { makePrivateKey } from "./credentials.ts";
import { createMemoryQueue } from "./memory-queue.ts";

const privateKey = makePrivateKey();

export const webhookSecret = "a-secret-of-the-journey";

export interface Wiring {
  world: World;
  jobs: Pick<Queue<JobSpec>, "enqueue">;
  outbox: Pick<Queue<Intent>, "enqueue">;
  artifacts: JobFiles;
  allowedBots?: string[];
  /** The jobs that have not ended. */
  known?: () => JobSpec[];
}

/** These tests ask for jobs; what is said about jobs that there are is tested in test/command. */
const nothingThere = {
  find: async () => undefined,
  list: async () => [],
  position: async () => undefined,
  estimateStart: async () => undefined,
};
const noResults = { readResult: async () => undefined, readState: async () => undefined };

/** The rooms wired as the product wires them, but for GitHub. */
export async function wire({ world, jobs, outbox, artifacts, allowedBots, known }: Wiring) {
  const agents = ["claude", "codex", "opencode"];
  const names = { agents, pipelines: builtInPipelines.map(({ name }) => name) };
  const log = pino({ level: "silent" });
  const host = "github.com";
  const self = async () => ({ appId: 7, login: "patchbay[bot]" });
  const clock = () => new Date("2026-01-02T03:05:00.000Z");
  const audited: Asking[] = [];
  const cancelled: string[] = [];
  const github = fakeGitHub(world);
  const probot = await createProbotDoor({
    appId: 7,
    privateKey,
    webhookSecret,
    apiUrl: "http://127.0.0.1:1/api/v3",
    throttle: false,
    log,
  });
  registerHandlers(probot, {
    answer: createAnswer({
      github: async () => github,
      authorize: createAuthorize({ self, allowedBots: new Set(allowedBots) }),
      self,
      isUnpublished: async () => false,
      writeImage: async () => undefined,
      rateLimit: createRateLimit({ maxPerHour: 30, jobsSince: async () => known?.() ?? [] }),
      control: createControl({ jobs: nothingThere, artifacts: noResults, outbox, trigger: "/agent" }),
      submit: createSubmit({ jobs, outbox, artifacts, clock }),
      jobs: nothingThere,
      outbox,
      pipelines: builtInPipelines,
      known: names,
      async audit(asking) {
        audited.push(asking);
      },
      log,
    }),
    parse: (body) => readComment(body, { agents }),
    readLabel: (name) => readLabel(name, { prefix: "agent:" }),
    readMappedLabel: createReadMappedLabel({ github: async () => github, known: names }),
    readRemovedLabel: (name) => readRemovedLabel(name, { prefix: "agent:" }),
    cancelWhere: async (fits, note) => {
      const found = (known?.() ?? []).filter(fits);
      cancelled.push(...found.map(({ job_id }) => `${job_id} ${note}`));
      return found.length;
    },
    readJob: (jobId) => artifacts.readJob(jobId),
    decideRepair: createRepair({
      github: async () => github,
      self,
      jobs: nothingThere,
      readJob: (jobId) => artifacts.readJob(jobId),
      pushedBy: async () => undefined,
      known: names,
    }),
    notices: { github: async () => github, outbox, known: names },
    host,
    log,
  });
  return {
    audited,
    cancelled,
    probot,
    handle: createInboxHandler({ receive: probot.receive, outbox, host, log }),
    gaveUp: createInboxGaveUp({ outbox, host }),
  };
}

/** The same with queues and files in memory. */
export async function createJourney(over: Partial<World> = {}, options: { allowedBots?: string[] } = {}) {
  const world = createWorld(over);
  const jobs = createMemoryQueue<JobSpec>();
  const outbox = createMemoryQueue<Intent>();
  const { handle, gaveUp, audited, cancelled } = await wire({
    known: () => jobs.payloads(),
    world,
    jobs,
    outbox,
    artifacts: createTransientFiles(),
    ...options,
  });
  return {
    audited,
    cancelled,
    world,
    jobs,
    outbox,
    /** Hands the delivery to the inbox's handler; resolves to how its claim ended. */
    async handle(delivery: Delivery, claimOver: Partial<Claim<Delivery>> = {}): Promise<string> {
      const { claim, ended } = makeClaim(delivery);
      await handle({ ...claim, ...claimOver });
      return ended();
    },
    gaveUp: (delivery: Delivery) => gaveUp(makeClaim(delivery).claim),
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
