// What tests of queues have in common: a small payload, and waiting for things to happen.
import { z } from "zod";
import type { Claim, Queue } from "../../src/queue/contract.ts";

export const Payload = z.object({ n: z.number(), text: z.string().optional() });
export type Payload = z.infer<typeof Payload>;

/** The next claim of `queue`, waiting for it to be woken; fails after 10 s unless told. */
export async function nextClaim<P>(
  queue: Pick<Queue<P>, "claim" | "wake">,
  patienceMs = 10_000,
): Promise<Claim<P>> {
  const patience = AbortSignal.timeout(patienceMs);
  for (;;) {
    const claim = await queue.claim();
    if (claim) return claim;
    if (patience.aborted) throw new Error(`nothing to claim within ${patienceMs} ms`);
    await queue.wake(patience);
  }
}

/** Resolves when a claim's signal aborts, with the reason; fails after 10 s. */
export async function abortOf(claim: Claim<unknown>): Promise<unknown> {
  const patience = AbortSignal.timeout(10_000);
  await new Promise<void>((resolve, reject) => {
    if (claim.signal.aborted) resolve();
    claim.signal.addEventListener("abort", () => resolve());
    patience.addEventListener("abort", () => reject(new Error("the signal didn't abort within 10 s")));
  });
  return claim.signal.reason;
}
