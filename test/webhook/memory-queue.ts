// A queue that only remembers, for tests that look at what was enqueued.
import type { NewTicket, Queue } from "../../src/queue/contract.ts";

export function createMemoryQueue<Payload>() {
  const tickets: NewTicket<Payload>[] = [];
  let failure: Error | undefined;
  let hold: Promise<void> | undefined;
  const queue: Pick<Queue<Payload>, "enqueue"> = {
    async enqueue(ticket) {
      if (failure) throw failure;
      await hold;
      if (tickets.some(({ id }) => id === ticket.id)) return "duplicate";
      tickets.push(ticket);
      return "queued";
    },
  };
  return {
    ...queue,
    tickets,
    payloads: () => tickets.map(({ payload }) => payload),
    /** From now on enqueue takes until this resolves. */
    holdUntil(released: Promise<void>) {
      hold = released;
    },
    /** From now on enqueue throws this; undefined ends it. */
    failWith(error: Error | undefined) {
      failure = error;
    },
  };
}
