// Random sequences of operations, carried out by an engine and by a queue as simple as can be. They agree, always.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { QueueState } from "../../src/job/queue-state.ts";
import { CancelRequested, type Claim, LeaseLostError, type Queue } from "../../src/queue/contract.ts";
import { abortOf, nextClaim, type Payload } from "./claims.ts";
import { Operation, type verbs } from "./operations.ts";
import { createSimpleQueue, inOrder, type SimpleQueue, type SimpleTicket } from "./simple-queue.ts";

export interface ModelledQueue {
  /** Opens the queue as another process would, with a holder of its own. */
  open(): Promise<ModelledProcess>;
  /** The time by which the queue goes. */
  now(): Date;
  /** Makes so much time pass. */
  advance(ms: number): Promise<void>;
  /** Resolves when every process has heard what the others have done. */
  settle(): Promise<void>;
  /** Closes what was opened and removes what was stored. */
  end(): Promise<void>;
}

interface ModelledProcess {
  queue: Queue<Payload>;
  /** The process dies with all that it holds. What it held is given back at the latest by the next `open`. */
  crash(): Promise<void>;
}

/** A ticket whose holder died so often fails. */
export const modelMaxCrashes = 2;

const hourMs = 3_600_000;
/** Short enough for a failing sequence to be made shorter again and again. */
const patienceMs = 2000;
interface OpenClaim {
  claim: Claim<Payload>;
  holder: number;
  ticket: SimpleTicket;
}

interface Pair {
  engine: ModelledQueue;
  model: SimpleQueue;
  processes: ModelledProcess[];
  /** Claims of living holders, those that were lost or ended too. */
  claims: OpenClaim[];
  /** Id → the last claim's epoch. */
  epochs: Map<string, number>;
  /** Makes notes that differ. */
  step: number;
}

/** `createQueue` makes an engine with nothing in it whose `maxCrashes` is `modelMaxCrashes`. */
export function describeQueueModel(
  name: string,
  createQueue: () => Promise<ModelledQueue>,
  { runs, timeoutMs = 60_000 }: { runs: number; timeoutMs?: number },
): void {
  describe(`the queue's model: ${name}`, () => {
    test("does with any sequence of operations what it says", { timeout: timeoutMs }, async () => {
      expect.hasAssertions();
      await fc.assert(
        fc.asyncProperty(fc.array(Operation, { minLength: 10, maxLength: 50 }), async (operations) => {
          const engine = await createQueue();
          try {
            await agree(engine, operations);
          } finally {
            await engine.end();
          }
        }),
        { numRuns: runs },
      );
    });
  });
}

async function agree(engine: ModelledQueue, operations: readonly Operation[]): Promise<void> {
  const pair: Pair = {
    engine,
    model: createSimpleQueue({ maxCrashes: modelMaxCrashes, nowMs: () => engine.now().getTime() }),
    processes: [await engine.open(), await engine.open()],
    claims: [],
    epochs: new Map(),
    step: 0,
  };
  for (const operation of operations) {
    pair.step += 1;
    await carryOut(pair, operation);
    await engine.settle();
    await compare(pair);
  }
  await workOff(pair);
}

function queueOf({ processes }: Pair, number: number): Queue<Payload> {
  const process = processes[number];
  if (!process) throw new Error(`there is no process ${number}`);
  return process.queue;
}

async function carryOut(pair: Pair, operation: Operation): Promise<void> {
  const { engine, model } = pair;
  const note = `note ${pair.step}`;
  switch (operation.do) {
    case "enqueue": {
      const { id, key, priority, isDelayed } = operation;
      const notBefore = isDelayed ? new Date(engine.now().getTime() + hourMs) : undefined;
      const expected = model.enqueue(id, key, priority, notBefore?.getTime());
      const payload = { n: model.tickets.get(id)?.n ?? 0 };
      const ticket = { id, key, priority, payload, ...(notBefore && { notBefore }) };
      expect(await queueOf(pair, operation.by).enqueue(ticket)).toBe(expected);
      return;
    }
    case "claim":
      return claim(pair, operation.by);
    case "end":
      return end(pair, operation.which, operation.verb, note);
    case "cancel":
      return cancel(pair, operation.by, operation.id, note);
    case "approve":
    case "settle":
    case "requeue":
    case "unlock": {
      const { id } = operation;
      const expected = model[operation.do](id, note);
      expect(await queueOf(pair, operation.by)[operation.do](id, note)).toBe(expected);
      if (operation.do === "unlock" && expected) {
        const held = pair.claims.findLast(({ ticket }) => ticket.id === id);
        if (held && !held.claim.signal.aborted) await abortOf(held.claim);
      }
      return;
    }
    case "crash":
      await pair.processes[operation.by]?.crash();
      pair.claims = pair.claims.filter(({ holder }) => holder !== operation.by);
      model.crash(operation.by);
      pair.processes[operation.by] = await engine.open();
      return;
    case "advance":
      return engine.advance(operation.hours * hourMs);
    case "forget": {
      const { ofLongAgo } = operation;
      const before = new Date(engine.now().getTime() + (ofLongAgo ? -1000 : 1) * hourMs);
      const forgotten = ofLongAgo ? [] : model.forget();
      for (const id of forgotten) pair.epochs.delete(id);
      expect(await queueOf(pair, operation.by).forget(before)).toBe(forgotten.length);
    }
  }
}

async function claim({ model, claims, epochs, ...pair }: Pair, holder: number): Promise<void> {
  const expected = model.claimable();
  const queue = queueOf({ model, claims, epochs, ...pair }, holder);
  const claim = expected.length > 0 ? await nextClaim(queue, patienceMs) : await queue.claim();
  if (!claim) {
    expect(expected).toEqual([]);
    return;
  }
  const ticket = expected.find(({ id }) => id === claim.ticket.id);
  if (!ticket) throw new Error(`${claim.ticket.id} was claimed; claimable: ${JSON.stringify(expected)}`);
  // Where an approved one is among those of other keys is nobody's promise.
  const better = expected.filter((other) => !other.head && !ticket.head && inOrder(other, ticket) < 0);
  expect([claim.ticket.id, better.map(({ id }) => id)]).toEqual([claim.ticket.id, []]);
  expect(claim.epoch).toBeGreaterThan(epochs.get(ticket.id) ?? 0);
  epochs.set(ticket.id, claim.epoch);
  model.claim(ticket, holder);
  expect(claim.ticket).toMatchObject({ key: ticket.key, attempts: ticket.attempts, crashes: ticket.crashes });
  expect(claim.ticket.payload.n).toBe(ticket.n);
  claims.push({ claim, holder, ticket });
}

async function end(
  { engine, model, claims, epochs }: Pair,
  which: number,
  verb: (typeof verbs)[number],
  note: string,
): Promise<void> {
  const open = claims[which % claims.length];
  if (!open) return;
  const { claim, ticket } = open;
  const notBefore = new Date(engine.now().getTime() + hourMs);
  const call = {
    complete: () => claim.complete(note),
    fail: () => claim.fail(note),
    cancelled: () => claim.cancelled(note),
    park: () => claim.park(note),
    retry: () => claim.retry(note),
    retryLater: () => claim.retry(note, notBefore),
    release: () => claim.release(),
  }[verb];
  const isHeld =
    model.tickets.get(ticket.id) === ticket &&
    ticket.state === "running" &&
    epochs.get(ticket.id) === claim.epoch;
  if (!isHeld) {
    await expect(claim.assertHeld()).rejects.toThrow(LeaseLostError);
    await expect(call()).rejects.toThrow(LeaseLostError);
    return;
  }
  await claim.assertHeld();
  await call();
  switch (verb) {
    case "complete":
      return model.end(ticket, "done", note);
    case "fail":
      return model.end(ticket, "failed", note);
    case "cancelled":
      return model.end(ticket, "cancelled", note);
    case "park":
      return model.end(ticket, "awaiting_approval", note);
    case "retry":
      return model.end(ticket, "pending", note);
    case "retryLater":
      return model.end(ticket, "pending", note, notBefore.getTime());
    case "release":
      return model.release(ticket);
  }
}

async function cancel(pair: Pair, by: number, id: string, note: string): Promise<void> {
  const expected = pair.model.cancel(id, note);
  expect(await queueOf(pair, by).cancel(id, note)).toBe(expected);
  if (expected !== "requested") return;
  const held = pair.claims.findLast(({ ticket }) => ticket.id === id);
  if (!held) throw new Error(`${id} runs and nobody holds it`);
  expect(await abortOf(held.claim)).toBeInstanceOf(CancelRequested);
}

/** Whoever looks sees what the model says. */
async function compare({ model, processes, engine }: Pair): Promise<void> {
  for (const { queue } of processes) {
    const counts: Record<string, number> = {};
    for (const state of QueueState.options) counts[state] = model.inState(state).length;
    expect(await queue.counts()).toEqual(counts);
  }
  // They take turns with what costs more.
  const { queue } = processes[model.tickets.size % processes.length] ?? {};
  if (!queue) throw new Error("there is no process");
  const pending = model.inState("pending");
  const isExact = pending.every(({ head }) => !head);
  for (const ticket of model.tickets.values()) {
    const { id, key, priority, state, attempts, crashes, note } = ticket;
    const found = await queue.find(id);
    expect(found).toMatchObject({ id, key, priority, state, attempts, crashes, payload: { n: ticket.n } });
    if (note !== null && state !== "running") expect([id, found?.note]).toEqual([id, note]);
    if ((ticket.notBeforeMs ?? 0) > engine.now().getTime()) expect(found?.notBefore).toBeInstanceOf(Date);
    const position = await queue.position(id);
    if (state !== "pending") expect(position).toBeUndefined();
    else if (isExact) expect([id, position]).toEqual([id, pending.indexOf(ticket)]);
    else expect(position).toBeLessThan(pending.length);
    const start = await queue.estimateStart(id);
    if (state !== "pending") expect(start).toBeUndefined();
  }
  for (const state of QueueState.options) {
    const expected = model.inState(state).map((ticket) => ticket.id);
    const listed = (await queue.list(state)).map((ticket) => ticket.id);
    if (isExact) expect([state, listed]).toEqual([state, expected]);
    else expect([state, listed.toSorted()]).toEqual([state, expected.toSorted()]);
  }
}

/** Everything that was enqueued comes to its end. */
async function workOff(pair: Pair): Promise<void> {
  const { model, engine } = pair;
  for (const parked of model.inState("awaiting_approval")) {
    expect(model.approve(parked.id, "yes")).toBe(await queueOf(pair, 0).approve(parked.id, "yes"));
  }
  await engine.advance(10 * hourMs);
  while (model.inState("pending").length + model.inState("running").length > 0) {
    await engine.settle();
    for (const at of pair.claims.keys()) await end(pair, at, "complete", "in the end");
    pair.claims = [];
    await engine.settle();
    if (model.claimable().length > 0) await claim(pair, 1);
  }
  await compare(pair);
}
