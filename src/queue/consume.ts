// The claim loop: takes what may run, as much as may run at once, and waits without cost for more.
import { setTimeout as delay } from "node:timers/promises";
import { explain, TransientError, UserError } from "../errors.ts";
import { backoffMs } from "./backoff.ts";
import { CancelRequested, type Claim, LeaseLostError, type Queue } from "./contract.ts";
import type { QueueLog } from "./queue-log.ts";

/** The longest pause between two claims while the disk or the database refuses: nothing tells that it is back. */
const longestBlindMs = 10_000;

export interface ConsumeOptions<Payload> {
  queue: Pick<Queue<Payload>, "claim" | "wake">;
  /** How many claims are handled at once. */
  concurrency: number;
  /** Does the work and ends the claim by one of its verbs; what it throws decides the verb in its place. */
  handle: (claim: Claim<Payload>) => Promise<void>;
  /** Its abort is the drain: no new claims. */
  signal: AbortSignal;
  log: Pick<QueueLog, "warn" | "error">;
  /** A ticket that was claimed this often fails instead of being retried. */
  maxAttempts?: number;
  /** Called before a ticket fails because of an error: the last chance to say so elsewhere. */
  onGaveUp?: (claim: Claim<Payload>, error: unknown) => Promise<void>;
  clock?: () => Date;
}

/** Runs until `signal` aborts and every handler that was begun has ended. Doesn't throw. */
export async function consume<Payload>(options: ConsumeOptions<Payload>): Promise<void> {
  const { queue, concurrency, signal, log } = options;
  const running = new Set<Promise<void>>();
  const drained = aborted(signal);
  let failures = 0;

  // From here to the end nothing may throw: an error that left this loop would stop the queue for good while the
  // process lives on. A claim that fails (a full disk, a lost database) is tried again after a while.
  while (!signal.aborted) {
    if (running.size >= concurrency) {
      await Promise.race([...running, drained]);
      continue;
    }
    let claim: Claim<Payload> | undefined;
    try {
      claim = await queue.claim();
      if (!claim) await queue.wake(signal);
      failures = 0;
    } catch (error) {
      failures += 1;
      log.error({ error: explain(error) }, "claiming the next ticket");
      await pause(Math.min(backoffMs(failures), longestBlindMs), signal);
    }
    if (!claim) continue;
    const handling = handleOne(options, claim).finally(() => running.delete(handling));
    running.add(handling);
  }
  await Promise.all(running);
}

async function handleOne<Payload>(options: ConsumeOptions<Payload>, claim: Claim<Payload>): Promise<void> {
  const { handle, signal } = options;
  let verdict: () => Promise<void>;
  try {
    // Claimed just as the drain began.
    if (signal.aborted) verdict = () => claim.release();
    else {
      await handle(claim);
      verdict = () => failIfOpen(claim);
    }
  } catch (error) {
    verdict = await judge(options, claim, error);
  }
  await settle(options, claim, verdict);
}

/** What an error of the handler means for its ticket. */
async function judge<Payload>(
  options: ConsumeOptions<Payload>,
  claim: Claim<Payload>,
  error: unknown,
): Promise<() => Promise<void>> {
  const { log, maxAttempts = 8, clock = () => new Date() } = options;
  const { id, attempts } = claim.ticket;
  const reason = explain(error);
  if (error instanceof LeaseLostError || claim.signal.reason instanceof LeaseLostError) {
    log.warn({ ticket: id, reason }, "the ticket is not ours any more");
    return async () => undefined;
  }
  if (claim.signal.reason instanceof CancelRequested) {
    const { message } = claim.signal.reason;
    return () => claim.cancelled(message);
  }
  if (error instanceof TransientError && attempts < maxAttempts) {
    const waitMs = Math.max(error.retryAfterMs ?? 0, backoffMs(attempts));
    log.warn({ ticket: id, attempts, wait_ms: waitMs, reason }, "the ticket is tried again later");
    return () => claim.retry(reason, new Date(clock().getTime() + waitMs));
  }
  if (error instanceof UserError) log.warn({ ticket: id, reason }, "the ticket failed");
  else log.error({ ticket: id, err: error }, "the ticket failed");
  try {
    await options.onGaveUp?.(claim, error);
  } catch (cause) {
    log.error({ ticket: id, error: explain(cause) }, "telling that a ticket failed");
  }
  return () => claim.fail(reason);
}

/** A handler that returns must have said how it ended. */
async function failIfOpen<Payload>(claim: Claim<Payload>): Promise<void> {
  try {
    await claim.assertHeld();
  } catch (error) {
    if (error instanceof LeaseLostError) return;
    throw error;
  }
  await claim.fail("the handler returned without a verdict");
}

/**
 * Carries a verdict out, however often it takes: a ticket whose verdict was lost (a full disk) would stay running,
 * and its key with it, as long as this process lives. During a drain one try is enough: the next start reclaims it.
 */
async function settle<Payload>(
  { signal, log }: ConsumeOptions<Payload>,
  claim: Claim<Payload>,
  verdict: () => Promise<void>,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await verdict();
    } catch (error) {
      if (error instanceof LeaseLostError) {
        log.warn({ ticket: claim.ticket.id, reason: explain(error) }, "the ticket is not ours any more");
        return;
      }
      log.error({ ticket: claim.ticket.id, error: explain(error) }, "ending a claim");
      if (signal.aborted) return;
      await pause(backoffMs(tries), signal);
    }
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
