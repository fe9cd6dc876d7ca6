// What a store kept, as a ledger: damaged, of another version, or as it should be. Pure.
import { z } from "zod";
import { UserError } from "../errors.ts";
import { Ledger } from "./ledger.ts";

const AnyVersion = z.object({ schema_version: z.string() });
const knownVersion = "1.0";

/**
 * The ledger that `text` holds; undefined when it is damaged. Throws UserError for one of another version, which has to
 * be left alone; `place` says where it is.
 */
export function readLedger(text: string, place: string): Ledger | undefined {
  const value = parseJson(text);
  const state = Ledger.safeParse(value);
  if (state.success) return state.data;
  const version = AnyVersion.safeParse(value).data?.schema_version;
  if (version === undefined || version === knownVersion) return undefined;
  throw new UserError(
    `${place} was written by another version of Patchbay (format ${version}, this one knows ${knownVersion}); run that version, or move it away to begin anew`,
    { code: "budget" },
  );
}

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
