// The queue itself, as a contestant and for the other measurements.
import { z } from "zod";
import type { Queue } from "../../src/queue/contract.ts";
import { createFsQueue } from "../../src/queue/fsqueue/fsqueue.ts";
import { body, type Contestant } from "./contestant.ts";

export const Payload = z.object({ body: z.string() });
export type Payload = z.infer<typeof Payload>;

export async function openOwnQueue(root: string): Promise<Queue<Payload>> {
  return createFsQueue({ root, payload: Payload, maxCrashes: 3, leaseMs: 600_000 });
}

export async function createOwnContestant(folder: string): Promise<Contestant> {
  const queue = await openOwnQueue(folder);
  return {
    name: "fsqueue",
    async enqueue(n) {
      await queue.enqueue({ id: `job-${n}`, key: `acme/shop#${n}`, payload: { body } });
    },
    close: () => queue.close(),
  };
}
