// A runner that waits, claims and completes, and says when it had each claim. Run by latency.ts.
import { openOwnQueue } from "./own-queue.ts";

const queue = await openOwnQueue(process.argv[2] ?? "");
process.send?.({ ready: true });
for (;;) {
  const claim = await queue.claim();
  if (!claim) {
    await queue.wake(new AbortController().signal);
    continue;
  }
  // CLOCK_MONOTONIC is the same for all processes of a machine (clock_gettime(2)).
  const at = process.hrtime.bigint().toString();
  await claim.complete();
  process.send?.({ id: claim.ticket.id, at });
}
