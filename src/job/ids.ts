// Ids that sort by time: UUIDv7 written as 32 hex digits (RFC 9562, section 5.7).
import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";

/** A job's id: 32 hex digits when Patchbay made it, else what a version 1.0 spec may carry. */
export const JobId = z
  .string()
  .regex(/^[0-9A-Za-z._-]{8,64}$/, "8 to 64 letters, digits, dots, underscores or hyphens")
  .refine((id) => !/^\.+$/.test(id), "not only dots");

/** A step's id; it names a folder. */
export const StepId = z
  .string()
  .regex(/^[0-9A-Za-z][0-9A-Za-z_-]{0,63}$/, "1 to 64 letters, digits, underscores or hyphens");

/** A new UUIDv7 as 32 hex digits; ids made in later milliseconds sort after this one. */
export function newId(nowMs: number = Date.now()): string {
  return uuidV7(nowMs, randomBytes(10));
}

/**
 * The job id of a delivery's `ordinal`-th command. The same inputs give the same id, so that handling a
 * delivery again makes the same jobs; it keeps the inbox id's time.
 */
export function deriveJobId(inboxId: string, ordinal: number): string {
  return deriveId(idTimeMs(inboxId), `${inboxId}:${ordinal}`);
}

/** The id of what has this name at this time: always the same one. */
export function deriveId(timeMs: number, name: string): string {
  return uuidV7(timeMs, createHash("sha256").update(name).digest().subarray(0, 10));
}

/** The time at which an id of ours was made, in milliseconds since the epoch. */
export function idTimeMs(id: string): number {
  return Number.parseInt(id.slice(0, 12), 16);
}

function uuidV7(timeMs: number, random: Uint8Array): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(timeMs, 0, 6);
  bytes.set(random, 6);
  bytes.writeUInt8(0x70 | (bytes.readUInt8(6) & 0x0f), 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  return bytes.toString("hex");
}
