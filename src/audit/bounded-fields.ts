// An event's fields as they may be written: masked, and short enough for one line.
import { canonicalJson, type Json } from "./canonical-json.ts";
import type { Fields } from "./entry.ts";

/** GitHub's comments have up to 65,536 characters. */
const maxTextChars = 70_000;
const maxFieldsChars = 250_000;

/** The fields with every text masked; what is too long is cut and says so. */
export function boundedFields(fields: Fields, mask: (text: string) => string): Fields {
  const shown = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, bounded(value, mask)]),
  );
  const chars = canonicalJson(shown).length;
  if (chars <= maxFieldsChars) return shown;
  const { job_id = null } = shown;
  return { job_id, too_long: `${chars} characters, ${maxFieldsChars} are kept` };
}

function bounded(value: Json, mask: (text: string) => string): Json {
  if (typeof value === "string") return cut(mask(value));
  if (Array.isArray(value)) return value.map((item) => bounded(item, mask));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [cut(mask(name)), bounded(member, mask)]),
  );
}

function cut(text: string): string {
  const more = text.length - maxTextChars;
  return more <= 0 ? text : `${text.slice(0, maxTextChars)} [cut: ${more} characters]`;
}
