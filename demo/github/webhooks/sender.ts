// Sends deliveries one after the other, signed, ten seconds each, never twice by itself. Every attempt is kept.
import { createHmac, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deliveryStatus } from "../guesses.ts";
import type { App } from "../model/accounts.ts";
import type { News } from "../model/news.ts";
import { Delivery, type Outgoing } from "./delivery.ts";

export interface SenderOptions {
  dataDir: string;
  app: () => App;
  nextId: () => number;
  clock: () => Date;
  news: News;
  /** Asked before each send: true loses the delivery on the way. */
  isLost: (event: string, action: string | null) => boolean;
  log: (message: string) => void;
  timeoutMs?: number;
}

export type Sender = Awaited<ReturnType<typeof createSender>>;

/** The sender of one App's webhooks, with the deliveries of earlier runs. */
export async function createSender(options: SenderOptions) {
  const folder = join(options.dataDir, "deliveries");
  await mkdir(folder, { recursive: true });
  const deliveries: Delivery[] = await readEarlier(folder);
  const ending = new AbortController();
  let queue: Promise<void> = Promise.resolve();
  let waiting = 0;

  function enqueue(outgoing: Outgoing, guid: string, redelivery: boolean): void {
    const { webhook_url: url, webhook_secret: secret } = options.app();
    if (url === null) return;
    const body = JSON.stringify(outgoing.payload);
    const headers: Record<string, string> = {
      accept: "*/*",
      "content-type": "application/json",
      "user-agent": "GitHub-Hookshot/stand-in",
      "x-github-delivery": guid,
      "x-github-event": outgoing.event,
      "x-github-hook-id": String(options.app().id),
      "x-github-hook-installation-target-id": String(options.app().id),
      "x-github-hook-installation-target-type": "integration",
      "x-hub-signature": `sha1=${createHmac("sha1", secret).update(body).digest("hex")}`,
      "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
    };
    waiting += 1;
    queue = turn(queue, () => attempt(outgoing, { url, guid, redelivery, body, headers }), outgoing.event);
  }

  async function turn(before: Promise<void>, work: () => Promise<void>, event: string): Promise<void> {
    await before;
    try {
      if (!ending.signal.aborted) await work();
    } catch (error) {
      options.log(`delivering ${event}: ${String(error)}`);
    } finally {
      waiting -= 1;
      options.news.tell();
    }
  }

  async function attempt(
    outgoing: Outgoing,
    call: { url: string; guid: string; redelivery: boolean; body: string; headers: Record<string, string> },
  ): Promise<void> {
    const startedMs = performance.now();
    const outcome = options.isLost(outgoing.event, outgoing.action)
      ? { ...deliveryStatus.unreachable, response: { headers: {}, payload: "" } }
      : await post(call);
    if (ending.signal.aborted) return;
    const delivery: Delivery = {
      id: options.nextId(),
      guid: call.guid,
      delivered_at: options.clock().toISOString(),
      redelivery: call.redelivery,
      duration: Math.round(performance.now() - startedMs) / 1000,
      status: outcome.status,
      status_code: outcome.code,
      event: outgoing.event,
      action: outgoing.action,
      installation_id: outgoing.installation_id,
      repository_id: outgoing.repository_id,
      url: call.url,
      request: { headers: call.headers, payload: outgoing.payload },
      response: outcome.response,
    };
    deliveries.push(delivery);
    await writeFile(join(folder, `${delivery.id}.json`), JSON.stringify(delivery));
    options.log(`delivered ${outgoing.event}.${outgoing.action ?? ""}: ${outcome.status}`);
  }

  async function post(call: { url: string; body: string; headers: Record<string, string> }) {
    const limit = AbortSignal.timeout(options.timeoutMs ?? 10_000);
    try {
      const response = await fetch(call.url, {
        method: "POST",
        body: call.body,
        headers: call.headers,
        redirect: "manual",
        signal: AbortSignal.any([limit, ending.signal]),
      });
      const payload = await response.text();
      const headers = Object.fromEntries(response.headers);
      return {
        status: deliveryStatus.answered(response.status),
        code: response.status,
        response: { headers, payload: payload.slice(0, 10_000) },
      };
    } catch {
      const why = limit.aborted ? deliveryStatus.timedOut : deliveryStatus.unreachable;
      return { ...why, response: { headers: {}, payload: "" } };
    }
  }

  return {
    /** Oldest first. */
    deliveries: deliveries as readonly Delivery[],
    send: (outgoing: Outgoing) => enqueue(outgoing, randomUUID(), false),
    /** Sends a kept delivery again under its own GUID. */
    redeliver: (delivery: Delivery) =>
      enqueue({ ...delivery, payload: delivery.request.payload }, delivery.guid, true),
    /** How many deliveries have not been attempted to the end. */
    pending: () => waiting,
    async stop(): Promise<void> {
      ending.abort();
      await queue;
    },
  };
}

async function readEarlier(folder: string): Promise<Delivery[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json"));
  const ids = names.map((name) => Number.parseInt(name, 10)).toSorted((a, b) => a - b);
  const read: Delivery[] = [];
  for (const id of ids) {
    const parsed = Delivery.safeParse(JSON.parse(await readFile(join(folder, `${id}.json`), "utf8")));
    if (parsed.success) read.push(parsed.data);
  }
  return read;
}
