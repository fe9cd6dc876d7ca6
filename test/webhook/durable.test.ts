// The way from a signed request to a job's ticket with real queues and files on disk.
import { createHmac } from "node:crypto";
import { join } from "node:path";
import { pino } from "pino";
import { expect, test } from "vitest";
import { createArtifacts } from "../../src/artifacts/store.ts";
import { Delivery } from "../../src/job/delivery.ts";
import { newId } from "../../src/job/ids.ts";
import { Intent } from "../../src/job/intent.ts";
import { JobSpec } from "../../src/job/job-spec.ts";
import { consume } from "../../src/queue/consume.ts";
import { createFsQueue } from "../../src/queue/fsqueue/fsqueue.ts";
import { createKeep } from "../../src/webhook/keep.ts";
import { createWebhookRoute, webhookPath } from "../../src/webhook/route.ts";
import { createWorld } from "../command/fake-github.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { webhookSecret, wire } from "./journey.ts";
import { commentPayload } from "./payloads.ts";
import { serveRoute } from "./serve-route.ts";

const folder = await temporaryFolder();
const body = JSON.stringify(commentPayload("/agent fix the login\n\n/agent ask why it broke"));

/** One process's life: `act` works with its route and its queues, then everything is closed. */
async function live<T>(act: (house: Awaited<ReturnType<typeof open>>) => Promise<T>): Promise<T> {
  const house = await open();
  try {
    return await act(house);
  } finally {
    await house.server.close();
    await Promise.all([house.inbox.close(), house.jobs.close(), house.outbox.close()]);
  }
}

async function open() {
  const shared = { maxCrashes: 3, leaseMs: 600_000 };
  const inbox = await createFsQueue({ ...shared, root: join(folder, "inbox"), payload: Delivery });
  const jobs = await createFsQueue({ ...shared, root: join(folder, "queue"), payload: JobSpec });
  const outbox = await createFsQueue({ ...shared, root: join(folder, "outbox"), payload: Intent });
  const artifacts = createArtifacts({ root: join(folder, "artifacts"), mask: (text) => text });
  const { probot, handle } = await wire({ world: createWorld(), jobs, outbox, artifacts });
  const log = pino({ level: "silent" });
  const route = createWebhookRoute({
    verify: probot.verify,
    keep: createKeep({
      inbox,
      concerns: () => true,
      clock: () => new Date("2026-01-02T03:04:05.000Z"),
      newId,
    }),
    maxBodyBytes: 1_000_000,
    log,
  });
  const server = await serveRoute(route);
  return {
    server,
    inbox,
    jobs,
    outbox,
    artifacts,
    async deliver(guid: string): Promise<unknown> {
      const response = await fetch(`http://127.0.0.1:${server.port}${webhookPath}`, {
        method: "POST",
        body,
        headers: {
          "X-GitHub-Delivery": guid,
          "X-GitHub-Event": "issue_comment",
          "X-Hub-Signature-256": `sha256=${createHmac("sha256", webhookSecret).update(body).digest("hex")}`,
        },
      });
      return { code: response.status, answer: await response.text() };
    },
    /** Works until as many deliveries as these have ended. */
    async workUntil(done: number): Promise<void> {
      const drain = new AbortController();
      const consuming = consume({
        queue: inbox,
        concurrency: 2,
        signal: drain.signal,
        log,
        async handle(claim) {
          await handle(claim);
          if ((await inbox.counts()).done === done) drain.abort();
        },
      });
      await consuming;
    },
  };
}

test("what was acknowledged before the end of a process becomes its jobs in the next one, once", async () => {
  await live(async ({ deliver }) => {
    expect(await deliver("guid-1")).toEqual({ code: 202, answer: '{"status":"queued"}' });
  });

  const first = await live(async ({ deliver, workUntil, jobs, outbox, artifacts }) => {
    expect(await deliver("guid-1")).toEqual({ code: 202, answer: '{"status":"duplicate"}' });
    await workUntil(1);
    const tickets = await jobs.list("pending");
    expect(tickets.map(({ payload }) => [payload.pipeline, payload.goal])).toEqual([
      ["fix", "fix the login"],
      ["ask", "why it broke"],
    ]);
    for (const { id, payload } of tickets) {
      expect(await artifacts.readJob(id)).toEqual(payload);
      expect(await artifacts.readState(id)).toMatchObject({ phase: "queued" });
    }
    expect((await outbox.list("pending")).map(({ payload }) => payload.kind)).toEqual([
      "react",
      "progress",
      "progress",
    ]);
    return tickets.map(({ id }) => id);
  });

  await live(async ({ deliver, workUntil, inbox, jobs, outbox }) => {
    expect(await deliver("guid-1")).toEqual({ code: 202, answer: '{"status":"duplicate"}' });
    // Another delivery, as another process would have it: jobs of its own.
    expect(await deliver("guid-2")).toMatchObject({ code: 202 });
    await workUntil(2);
    expect(await inbox.counts()).toMatchObject({ pending: 0, running: 0, failed: 0, done: 2 });
    const ids = (await jobs.list("pending")).map(({ id }) => id);
    expect(ids.slice(0, 2)).toEqual(first);
    expect(new Set(ids).size).toBe(4);
    expect(await outbox.counts()).toMatchObject({ pending: 6 });
  });
});
