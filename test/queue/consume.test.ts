import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TransientError, UserError } from "../../src/errors.ts";
import { backoffMs } from "../../src/queue/backoff.ts";
import { consume, type ConsumeOptions } from "../../src/queue/consume.ts";
import { CancelRequested, type Claim, LeaseLostError, type Queue } from "../../src/queue/contract.ts";
import { abortOf, type Payload } from "./claims.ts";
import { ticket } from "./contract.ts";
import { createTestFolder } from "./fsqueue/folder.ts";

let folder: ReturnType<typeof createTestFolder>;
let queue: Queue<Payload>;
let drain: AbortController;
let lines: string[];
const consumers: Promise<void>[] = [];
beforeEach(async () => {
  folder = createTestFolder();
  queue = await folder.open();
  drain = new AbortController();
  lines = [];
});
afterEach(async () => {
  drain.abort();
  await Promise.all(consumers.splice(0));
  await folder.end();
});

const log = {
  warn: (_fields: object, message: string) => void lines.push(`warn ${message}`),
  error: (_fields: object, message: string) => void lines.push(`error ${message}`),
};

function run(handle: ConsumeOptions<Payload>["handle"], more: Partial<ConsumeOptions<Payload>> = {}): void {
  consumers.push(consume({ queue, concurrency: 2, handle, signal: drain.signal, log, ...more }));
}

async function becomes(id: string, state: string): Promise<void> {
  await expect.poll(async () => (await queue.find(id))?.state, { interval: 5, timeout: 10_000 }).toBe(state);
}

/** Something to wait for. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

test("handles what is there and what comes later, as many at once as it may", async () => {
  let now = 0;
  let most = 0;
  const both = gate();
  for (const id of ["a", "b", "c"]) await queue.enqueue(ticket(id));
  run(async (claim) => {
    now += 1;
    most = Math.max(most, now);
    if (now === 2) both.open();
    await both.opened;
    now -= 1;
    await claim.complete();
  });
  for (const id of ["a", "b", "c"]) await becomes(id, "done");
  await queue.enqueue(ticket("later"));
  await becomes("later", "done");
  expect(most).toBe(2);
});

describe("what a handler throws", () => {
  test("a passing fault: again after a while, and in the end it fails", async () => {
    const clock = (): Date => new Date(Date.now() - 3_600_000);
    const given: string[] = [];
    run(
      async () => {
        throw new TransientError("asking GitHub", { cause: new Error("502") });
      },
      {
        clock,
        maxAttempts: 3,
        async onGaveUp(claim, error) {
          given.push(`${claim.ticket.id} ${String(error)}`);
        },
      },
    );
    await queue.enqueue(ticket("a"));
    await becomes("a", "failed");
    expect(await queue.find("a")).toMatchObject({ attempts: 3, note: "asking GitHub: 502" });
    expect(given).toEqual(["a TransientError: asking GitHub"]);
    expect(lines).toEqual([
      "warn the ticket is tried again later",
      "warn the ticket is tried again later",
      "error the ticket failed",
    ]);
  });

  test("waits at least as long as the other side asked", async () => {
    run(async () => {
      throw new TransientError("asking GitHub", { retryAfterMs: 3_600_000 });
    });
    await queue.enqueue(ticket("a"));
    await expect.poll(async () => (await queue.find("a"))?.notBefore).toBeInstanceOf(Date);
    expect(Number((await queue.find("a"))?.notBefore) - Date.now()).toBeGreaterThan(3_500_000);
  });

  test("a person's mistake, or a bug: it fails with the reason", async () => {
    run(async (claim) => {
      throw claim.ticket.id === "a" ? new UserError("no such agent") : new TypeError("x is undefined");
    });
    await queue.enqueue(ticket("a"));
    await queue.enqueue(ticket("b"));
    await becomes("a", "failed");
    await becomes("b", "failed");
    expect((await queue.find("a"))?.note).toBe("no such agent");
    expect((await queue.find("b"))?.note).toBe("x is undefined");
  });

  test("an onGaveUp that throws changes nothing", async () => {
    run(
      async () => {
        throw new UserError("no such agent");
      },
      {
        onGaveUp: async () => {
          throw new Error("the outbox is full");
        },
      },
    );
    await queue.enqueue(ticket("a"));
    await becomes("a", "failed");
    expect(lines).toEqual(["warn the ticket failed", "error telling that a ticket failed"]);
  });

  test("while it was cancelled: it is", async () => {
    run(async (claim) => {
      await queue.cancel("a", "by @mona");
      throw await abortOf(claim);
    });
    await queue.enqueue(ticket("a"));
    await becomes("a", "cancelled");
    expect((await queue.find("a"))?.note).toBe("by @mona");
    expect(new CancelRequested("x").name).toBe("CancelRequested");
  });

  test("a lost lease: nothing is said about the ticket any more", async () => {
    run(async (claim) => {
      await queue.unlock("a", "stuck");
      await claim.assertHeld();
    });
    await queue.enqueue(ticket("a"));
    await expect.poll(() => lines).toEqual(["warn the ticket is not ours any more"]);
    expect(await queue.find("a")).toMatchObject({ state: "failed", note: "stuck" });
  });
});

test("a handler that returns without a verdict has failed", async () => {
  run(async () => undefined);
  await queue.enqueue(ticket("a"));
  await becomes("a", "failed");
  expect((await queue.find("a"))?.note).toBe("the handler returned without a verdict");
});

describe("drain", () => {
  test("takes nothing new and waits for what runs", async () => {
    const begun = gate();
    const finish = gate();
    const handled: string[] = [];
    await queue.enqueue(ticket("a1", { key: "a" }));
    await queue.enqueue(ticket("a2", { key: "a" }));
    const consuming = consume({
      queue,
      concurrency: 4,
      signal: drain.signal,
      log,
      async handle(claim) {
        handled.push(claim.ticket.id);
        begun.open();
        await finish.opened;
        await claim.complete();
      },
    });
    await begun.opened;
    drain.abort();
    finish.open();
    await consuming;
    expect(handled).toEqual(["a1"]);
    expect(await queue.counts()).toMatchObject({ done: 1, pending: 1, running: 0 });
  });

  test("what was claimed just then goes back", async () => {
    await queue.enqueue(ticket("a"));
    await consume({
      queue: {
        async claim() {
          const claim = await queue.claim();
          drain.abort();
          return claim;
        },
        wake: queue.wake,
      },
      concurrency: 1,
      signal: drain.signal,
      log,
      handle: (claim) => claim.complete(),
    });
    expect(await queue.find("a")).toMatchObject({ state: "pending", attempts: 0 });
  });
});

test("a queue that can't be claimed from is tried again", async () => {
  let failures = 1;
  await queue.enqueue(ticket("a"));
  run((claim) => claim.complete(), {
    queue: {
      async claim() {
        if (failures-- > 0) throw new Error("the disk is gone");
        return queue.claim();
      },
      wake: queue.wake,
    },
  });
  await becomes("a", "done");
  expect(lines).toEqual(["error claiming the next ticket"]);
});

test("a verdict that can't be written is tried again", async () => {
  let failures = 1;
  let wrapped = 0;
  await queue.enqueue(ticket("a"));
  function failing(claim: Claim<Payload>): Claim<Payload> {
    wrapped += 1;
    return {
      ...claim,
      async fail(note) {
        if (failures-- > 0) throw new Error("no space left");
        await claim.fail(note);
      },
    };
  }
  run(
    async () => {
      throw new UserError("no such agent");
    },
    {
      queue: {
        async claim() {
          const claim = await queue.claim();
          return claim && failing(claim);
        },
        wake: queue.wake,
      },
    },
  );
  await becomes("a", "failed");
  expect(wrapped).toBe(1);
  expect(lines).toEqual(["warn the ticket failed", "error ending a claim"]);
  expect(new LeaseLostError("x")).toBeInstanceOf(Error);
});

test("back-off doubles to five minutes, less up to half by chance", () => {
  expect([1, 2, 3, 4, 20].map((attempt) => backoffMs(attempt, 0))).toEqual([1000, 2000, 4000, 8000, 300_000]);
  expect([1, 2, 20].map((attempt) => backoffMs(attempt, 0.999_999))).toEqual([500, 1000, 150_000]);
});
