// The name of a ticket's file: `<priority>-<sequence>-<hash of the key>-<id>.json`.
//
// Names sort in the order in which tickets are to be claimed, and they say all that choosing the next one needs,
// so that a backlog of a million tickets is known from a folder's listing without opening a file.
import { createHash } from "node:crypto";
import { TicketId } from "../ticket-id.ts";

export interface TicketName {
  priority: number;
  /** Microseconds since the epoch when it was enqueued, but always more than the one before. */
  sequence: number;
  keyHash: string;
  id: string;
}

const pattern = /^([0-9])-(\d{16})-([0-9a-f]{16})-([0-9A-Za-z._-]{1,128})\.json$/;

export function formatName(name: TicketName): string {
  return `${name.priority}-${String(name.sequence).padStart(16, "0")}-${name.keyHash}-${name.id}.json`;
}

/** What a file's name says; undefined when it isn't the name of a ticket. */
export function parseName(name: string): TicketName | undefined {
  const match = pattern.exec(name);
  if (!match) return undefined;
  const [, priority = "", digits = "", keyHash = "", id = ""] = match;
  const sequence = Number(digits);
  if (!Number.isSafeInteger(sequence) || !TicketId.safeParse(id).success) return undefined;
  return { priority: Number(priority), sequence, keyHash, id };
}

/** The part of a ticket's name that stands for its key. `name` is known to be well-formed. */
export function keyHashOf(name: string): string {
  return name.slice(19, 35);
}

/** 64 bits of SHA-256. Two keys that met in one hash would only wait for each other. */
export function hashKey(key: string): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 16);
}

/**
 * Returns a counter that follows the clock and never goes back, not even when the clock does. `observe` tells it
 * of numbers that are in use, so that a new ticket is always behind those that wait.
 */
export function createSequence(now: () => Date): { next(): number; observe(used: number): void } {
  let last = 0;
  return {
    next() {
      last = Math.max(last + 1, now().getTime() * 1000);
      return last;
    },
    observe(used) {
      // A number from the far future (a name made by hand) would use up what is left of 16 digits.
      if (used > last && used < 8_000_000_000_000_000) last = used;
    },
  };
}
