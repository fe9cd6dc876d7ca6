// The audit log of this process: a chain of its own, on the disk before anyone goes on.
//
// Those who ask while a write is under way share the next one and its fsync. The file is opened by the first event,
// so that a command which only looks leaves none.
import { randomBytes } from "node:crypto";
import { explain, TransientError } from "../errors.ts";
import { boundedFields } from "./bounded-fields.ts";
import { type ChainFile, openChainFile, type TimedEvent } from "./chain-file.ts";
import type { AuditEvent, Fields, Head } from "./entry.ts";
import { createOtherHeads } from "./other-heads.ts";

/** The others' heads are looked at again after so many entries or so much time, when there is something to write. */
const headsEveryEntries = 32;
const headsEveryMs = 5 * 60 * 1000;
/** What waits for a disk that is full; more than that is counted and told. */
const maxWaiting = 10_000;

export interface AuditLog {
  /**
   * Resolves when the event is on the disk. A disk that refuses is told in the log, and the event waits in memory
   * for the next write: no job is lost for it. Never throws.
   */
  record(event: AuditEvent): Promise<void>;
  /** Like `record`, but throws TransientError when the disk refuses: for what must not happen unseen. */
  insist(event: AuditEvent): Promise<void>;
  /** Ends the chain, if there is one. */
  close(): Promise<void>;
}

export interface AuditOptions {
  folder: string;
  /** Takes every registered secret out of a text. */
  mask: (text: string) => string;
  clock: () => Date;
  log: { error: (fields: object, text: string) => void };
  /** Who this process is: goes into the chain's first entry. */
  process: Fields;
  openFile?: typeof openChainFile;
}

interface Pending {
  event: TimedEvent;
  must: boolean;
  done: PromiseWithResolvers<void>;
}

export function createAuditLog(options: AuditOptions): AuditLog {
  const { folder, mask, clock, log, openFile = openChainFile } = options;
  const otherHeads = createOtherHeads(folder);
  let chain: { id: string; file: ChainFile } | undefined;
  /** Where a chain of this process stood that it had to leave. */
  let predecessor: Head | undefined;
  let entriesSince = 0;
  let headsAtMs = 0;
  let waiting: Pending[] = [];
  let running: Promise<void> | undefined;
  /** What the disk refused, oldest first, and how many more there were. */
  let refused: TimedEvent[] = [];
  let dropped = 0;

  function timed(event: AuditEvent): TimedEvent {
    return { kind: event.kind, fields: boundedFields(event.fields, mask), time: clock() };
  }

  /** The chain to write to: a new one when there is none, or when something else has changed it. */
  async function current(): Promise<{ id: string; file: ChainFile }> {
    if (chain && (chain.file.broken || !(await chain.file.intact()))) {
      log.error(
        { file: chain.file.file },
        "the audit log of this process can't be written, or was changed by something else; a new chain goes on from it",
      );
      predecessor = chain.file.head ?? predecessor;
      await chain.file.close().catch(() => undefined);
      chain = undefined;
    }
    if (!chain) {
      const id = randomBytes(16).toString("hex");
      chain = { id, file: await openFile(folder, id, clock()) };
    }
    return chain;
  }

  /** What goes before the next event: the entry that opens a chain, or what the others have done meanwhile. */
  async function opening({ id, file }: { id: string; file: ChainFile }) {
    const now = clock();
    const due = !file.head || entriesSince >= headsEveryEntries || now.getTime() - headsAtMs >= headsEveryMs;
    if (!due) return { events: [], written: () => undefined };
    const { remember, ...found } = await otherHeads(id);
    warn(found);
    const others = found.heads.filter((head) => head.chain !== predecessor?.chain);
    const heads = predecessor ? [...others, predecessor] : others;
    const fields = { heads, unreadable: found.unreadable, lost: found.lost };
    const event: TimedEvent = file.head
      ? { kind: "heads", fields, time: now }
      : {
          kind: "chain_opened",
          fields: { file: file.file, process: options.process, ...fields },
          time: now,
        };
    const worthIt = !file.head || heads.length + found.unreadable.length + found.lost.length > 0;
    return {
      events: worthIt ? [event] : [],
      written() {
        remember();
        predecessor = undefined;
        entriesSince = 0;
        headsAtMs = now.getTime();
      },
    };
  }

  function warn({ lost, unreadable }: { lost: string[]; unreadable: string[] }): void {
    if (lost.length > 0)
      log.error({ files: lost }, "audit files were removed or shortened; see `patchbay audit verify`");
    if (unreadable.length > 0)
      log.error({ files: unreadable }, "audit files are damaged; see `patchbay audit verify`");
  }

  async function write(events: readonly TimedEvent[]): Promise<void> {
    const to = await current();
    const first = await opening(to);
    await to.file.append([...first.events, ...events]);
    first.written();
    entriesSince += events.length;
  }

  function keep(event: TimedEvent): void {
    if (refused.length < maxWaiting) refused.push(event);
    else dropped += 1;
  }

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      const late = refused;
      const gap = dropped;
      try {
        const lost: TimedEvent[] =
          gap > 0 ? [{ kind: "heads", fields: { heads: [], events_lost: gap }, time: clock() }] : [];
        await write([...late, ...lost, ...batch.map((one) => one.event)]);
        refused = [];
        dropped = 0;
        for (const one of batch) one.done.resolve();
      } catch (cause) {
        log.error(
          { waiting: late.length + batch.length, error: explain(cause) },
          `writing the audit log in ${folder}: nothing is published until it can be written; make room or mend the disk`,
        );
        for (const { event, must, done } of batch) {
          if (must) done.reject(new TransientError("writing the audit log", { cause, code: "internal" }));
          else {
            keep(event);
            done.resolve();
          }
        }
      }
    }
    running = undefined;
  }

  async function enqueue(event: AuditEvent, must: boolean): Promise<void> {
    const pending: Pending = { event: timed(event), must, done: Promise.withResolvers<void>() };
    waiting.push(pending);
    running ??= drain();
    await pending.done.promise;
  }

  return {
    record: (event) => enqueue(event, false),
    insist: (event) => enqueue(event, true),
    async close() {
      await running;
      if (!chain) return;
      entriesSince = headsEveryEntries;
      await enqueue({ kind: "chain_closed", fields: {} }, false);
      await chain.file.close();
      chain = undefined;
    },
  };
}
