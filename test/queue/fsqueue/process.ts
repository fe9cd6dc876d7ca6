// A queue in a process of its own, which a test can stop and kill. Run with fork(2)'s channel it is told what to do;
// see start-process.ts for the other end.
import { once } from "node:events";
import { z } from "zod";
import type { Claim } from "../../../src/queue/contract.ts";
import { createFsQueue } from "../../../src/queue/fsqueue/fsqueue.ts";
import { nextClaim, Payload } from "../claims.ts";

const Options = z.object({
  root: z.string(),
  leaseMs: z.number(),
  maxCrashes: z.number(),
  sweepMs: z.number(),
});
const Order = z.discriminatedUnion("verb", [
  z.object({
    verb: z.literal("enqueue"),
    id: z.string(),
    key: z.string(),
    priority: z.number().optional(),
  }),
  z.object({ verb: z.literal("claim") }),
  z.object({ verb: z.enum(["complete", "fail", "retry", "park", "release", "assertHeld", "abort"]) }),
]);
export type Order = z.infer<typeof Order>;

const queue = await createFsQueue({ payload: Payload, ...Options.parse(JSON.parse(process.argv[2] ?? "")) });
let claim: Claim<Payload> | undefined;

async function obey(order: Order): Promise<unknown> {
  if (order.verb === "enqueue") {
    const { id, key, priority = 5 } = order;
    return queue.enqueue({ id, key, priority, payload: { n: process.pid } });
  }
  if (order.verb === "claim") {
    claim = await nextClaim(queue);
    return { id: claim.ticket.id, epoch: claim.epoch };
  }
  if (!claim) throw new Error("nothing is claimed");
  if (order.verb === "abort") {
    const { signal } = claim;
    if (!signal.aborted) await once(signal, "abort");
    return String(signal.reason);
  }
  await claim[order.verb]("told to");
  return "done";
}

process.on("message", (message) => {
  const { number, order } = z.object({ number: z.number(), order: Order }).parse(message);
  obey(order).then(
    (answer) => process.send?.({ number, answer }),
    (error: unknown) => process.send?.({ number, error: String(error) }),
  );
});
process.on("disconnect", () => process.exit());
process.send?.({ number: 0, answer: "ready" });
