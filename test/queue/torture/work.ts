// What each process of a torture test does until it is killed: enqueues, claims and ends tickets, all at once.
import { randomUUID } from "node:crypto";
import { setImmediate as turn, setTimeout as delay } from "node:timers/promises";
import { TransientError } from "../../../src/errors.ts";
import type { Claim, Queue } from "../../../src/queue/contract.ts";
import { consume } from "../../../src/queue/consume.ts";
import type { QueueLog } from "../../../src/queue/queue-log.ts";
import type { Payload } from "../claims.ts";
import type { Ledger } from "./ledger.ts";

const keys = 6;
const most = 40;

async function someTurns(): Promise<void> {
  for (let i = 0; i < Math.random() * 10; i += 1) await turn();
}

/** Never ends. */
export async function work(queue: Queue<Payload>, ledger: Ledger, log: QueueLog): Promise<never> {
  /** Resolves when the next ticket has ended here. */
  let tellEnded = (): void => undefined;
  function ended(): Promise<void> {
    return new Promise((resolve) => {
      tellEnded = resolve;
    });
  }

  async function handle(claim: Claim<Payload>): Promise<void> {
    const { id, key } = claim.ticket;
    ledger.enter(key, id);
    ledger.write("effects", id);
    await ledger.publish(id, someTurns);
    ledger.leave(key);
    const die = Math.random();
    if (die < 0.7) await claim.complete();
    else if (die < 0.8) await claim.retry("again");
    else if (die < 0.9) await claim.retry("later", new Date(Date.now() + 20));
    else if (die < 0.95) await claim.release();
    else await claim.fail("broken");
    tellEnded();
  }

  async function produce(): Promise<never> {
    const name = randomUUID().slice(0, 8);
    let last: string | undefined;
    for (let n = 0; ; n += 1) {
      const id = `${name}-${n}`;
      const key = `k${Math.floor(Math.random() * keys)}`;
      const ticket = { id, key, payload: { n } };
      const { answer, tries } = await insist(() => queue.enqueue(ticket));
      // A try that was cut off may have gone through.
      if (answer !== "queued" && tries === 1) ledger.write("violations", `${id} is no duplicate`);
      ledger.write("promised", id);
      if (last !== undefined && n % 5 === 0) {
        const again = await insist(() => queue.enqueue({ ...ticket, id: last ?? "" }));
        if (again.answer !== "duplicate") ledger.write("violations", `${last} twice`);
      }
      last = id;
      const { answer: counts } = await insist(() => queue.counts());
      if (counts.pending > most) await Promise.race([ended(), delay(1000)]);
    }
  }

  const never = new AbortController().signal;
  await Promise.all([produce(), consume({ queue, concurrency: 3, handle, signal: never, log })]);
  throw new Error("it never ends");
}

/** Does it until it is done: while a database is away it is tried again. */
async function insist<T>(act: () => Promise<T>): Promise<{ answer: T; tries: number }> {
  for (let tries = 1; ; tries += 1) {
    try {
      return { answer: await act(), tries };
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      await delay(50);
    }
  }
}
