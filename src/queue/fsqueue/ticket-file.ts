// A ticket as it lies on disk, and the ticket that callers see.
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { z, type ZodType } from "zod";
import { errorCode } from "../../io/file.ts";
import { QueueState } from "../../job/queue-state.ts";
import type { Ticket } from "../contract.ts";
import { Holder } from "../holder.ts";
import { TicketId } from "../ticket-id.ts";
import { readAll } from "./descriptor.ts";
import { formatName, hashKey, parseName } from "./ticket-name.ts";
import { BadTicketError, ticketVersion, upgradeTicket } from "./ticket-version.ts";

const Timestamp = z.iso.datetime();

export const TicketFile = z.strictObject({
  schema_version: z.literal(ticketVersion),
  id: TicketId,
  key: z.string().min(1).max(1024),
  priority: z.int().min(0).max(9),
  sequence: z.int().nonnegative(),
  /**
   * The state in which this content was written. The folder decides where a ticket is, with one exception: what
   * lies in running/ with another state was on its way there when its process died.
   */
  state: QueueState,
  enqueued_at: Timestamp,
  updated_at: Timestamp,
  not_before: Timestamp.nullable(),
  attempts: z.int().nonnegative(),
  crashes: z.int().nonnegative(),
  /** Rises with each claim. */
  epoch: z.int().nonnegative(),
  /** Who holds it while it runs. The lease's age is the file's modification time. */
  lease: z.strictObject({ token: z.string(), holder: Holder }).nullable(),
  note: z.string().nullable(),
  payload: z.unknown(),
});
export type TicketFile = z.infer<typeof TicketFile>;

/** A ticket that was read: `payload` is the parsed one, `record.payload` is what the file says. */
export interface StoredTicket<Payload> {
  record: TicketFile;
  payload: Payload;
  /** Tells whether the file is still the one that was read. */
  inode: bigint;
  modifiedAtMs: number;
}

/** No ticket is anywhere near this; a delivery's body has at most 25 MB. */
const maxBytes = 256 * 1024 * 1024;

/**
 * Reads a ticket without following a symbolic link; undefined when there is none. Throws BadTicketError for what
 * can't become one by itself, and the system's error (EIO, EMFILE) for what may be better the next time.
 */
export async function readTicket<Payload>(
  path: string,
  schema: ZodType<Payload>,
): Promise<StoredTicket<Payload> | undefined> {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    const code = errorCode(cause);
    if (code === "ENOENT") return undefined;
    if (code === "ELOOP") throw new BadTicketError("it is a symbolic link");
    if (code === "EACCES" || code === "EPERM") throw new BadTicketError("it can't be read", { cause });
    if (code === "ENXIO") throw new BadTicketError("it is not a regular file");
    throw cause;
  }
  try {
    const stat = fstatSync(file, { bigint: true });
    if (!stat.isFile()) throw new BadTicketError("it is not a regular file");
    if (stat.size === 0n) throw new BadTicketError("it is empty");
    if (stat.size > maxBytes) throw new BadTicketError(`it is longer than ${maxBytes} bytes`);
    const record = decode(await readAll(file, Number(stat.size)));
    const payload = schema.safeParse(record.payload);
    if (!payload.success) throw new BadTicketError(`payload: ${z.prettifyError(payload.error)}`);
    return { record, payload: payload.data, inode: stat.ino, modifiedAtMs: Number(stat.mtimeMs) };
  } finally {
    closeSync(file);
  }
}

/** The same for a short step under the lock, without looking into the payload; undefined for anything odd. */
export function readRecordSync(path: string): TicketFile | undefined {
  try {
    return decode(readFileSync(path, { flag: constants.O_RDONLY | constants.O_NOFOLLOW }));
  } catch {
    return undefined;
  }
}

/** Parses the bytes of a ticket's file. Throws BadTicketError. */
function decode(bytes: Uint8Array): TicketFile {
  let raw: unknown;
  try {
    raw = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new BadTicketError(cause instanceof SyntaxError ? "it is not JSON" : "it is not UTF-8", { cause });
  }
  return parseTicket(raw);
}

/** A ticket of any version. Throws BadTicketError. */
export function parseTicket(raw: unknown): TicketFile {
  const record = TicketFile.safeParse(upgradeTicket(raw));
  if (!record.success) throw new BadTicketError(z.prettifyError(record.error));
  return record.data;
}

export function encode(record: TicketFile): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

/** The name that a ticket has in every state; in pending/ an approved one may have a more urgent one. */
export function nameOf(record: TicketFile): string {
  return formatName({ ...record, keyHash: hashKey(record.key) });
}

/** Throws BadTicketError when a file's name speaks of another ticket than its content. */
export function checkName(name: string, record: TicketFile): void {
  const says = parseName(name);
  if (says?.id !== record.id || says.keyHash !== hashKey(record.key)) {
    throw new BadTicketError(`its name is that of another ticket; the content belongs to ${nameOf(record)}`);
  }
}

/**
 * A ticket in pending/ as it is to be claimed. One whose content says that it had ended was put there by a person:
 * that is a retry, with everything that was counted forgotten.
 */
export function asPending(record: TicketFile): TicketFile {
  const { state } = record;
  if (state === "pending" || state === "running") return record;
  if (state === "awaiting_approval") return { ...record, not_before: null };
  return { ...record, attempts: 0, crashes: 0, not_before: null };
}

export function toTicket<Payload>(state: QueueState, stored: StoredTicket<Payload>): Ticket<Payload> {
  const record = state === "pending" ? asPending(stored.record) : stored.record;
  return {
    id: record.id,
    key: record.key,
    payload: stored.payload,
    priority: record.priority,
    state,
    enqueuedAt: new Date(record.enqueued_at),
    notBefore: record.not_before === null ? undefined : new Date(record.not_before),
    attempts: record.attempts,
    crashes: record.crashes,
    note: record.note ?? undefined,
  };
}
