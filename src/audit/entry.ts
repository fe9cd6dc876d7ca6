// One line of the audit log, and how it hangs on the one before it.
import { createHash } from "node:crypto";
import { z } from "zod";
import { canonicalJson } from "./canonical-json.ts";

/** What happened. The names are part of the format: none is ever renamed. */
type AuditKind =
  // Of the chain itself.
  | "chain_opened"
  | "heads"
  | "chain_closed"
  // Of a process.
  | "process_started"
  // Of a request.
  | "asked"
  | "refused"
  // Of a job.
  | "job_queued"
  | "job_started"
  | "job_ended"
  | "job_cancelled"
  | "job_approved"
  | "patch_applied"
  | "patch_discarded"
  | "artifacts_removed"
  // Of what was said on GitHub.
  | "publishing"
  | "published"
  | "replied";

export interface AuditEvent {
  kind: AuditKind;
  fields: Fields;
}

export const Fields = z.record(z.string(), z.json());
export type Fields = z.infer<typeof Fields>;

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
export const ChainId = z.string().regex(/^[0-9a-f]{32}$/);

/** The last entry of a chain, as somebody else has seen it. */
export const Head = z.strictObject({ chain: ChainId, seq: z.int().nonnegative(), hash: Sha256 });
export type Head = z.infer<typeof Head>;

export const Entry = z.strictObject({
  /** The same in all of a file, so that no line can move to another one. */
  chain: ChainId,
  /** From 0, without gaps. */
  seq: z.int().nonnegative(),
  /** When it happened; what had to wait for the disk stands after what happened later. */
  time: z.iso.datetime(),
  /** Any word: a newer version may know more kinds. */
  kind: z.string().regex(/^[a-z_]{1,64}$/),
  fields: Fields,
  /** The hash of the entry before; of the first one, zeros. */
  prev: Sha256,
  /** SHA-256 of everything else as canonical JSON. */
  hash: Sha256,
});
export type Entry = z.infer<typeof Entry>;

export const firstPrev = "0".repeat(64);

/** No entry is longer, so that nobody has to hold more. */
export const maxLineBytes = 2 * 1024 * 1024;

/** The entry with its hash, and its line without a line end. */
export function seal(body: Omit<Entry, "hash">): { entry: Entry; line: string } {
  const hash = createHash("sha256").update(canonicalJson(body)).digest("hex");
  const entry = { ...body, hash };
  return { entry, line: canonicalJson(entry) };
}

/** The entry of a line, or undefined when a single byte of it is other than it was written. */
export function readEntry(line: Uint8Array): Entry | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(line);
    const { hash: _, ...body } = Entry.parse(JSON.parse(text));
    const sealed = seal(body);
    return sealed.line === text ? sealed.entry : undefined;
  } catch {
    return undefined;
  }
}
