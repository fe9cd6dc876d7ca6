// One text for one value: what is hashed must not depend on the order in which an object was built.
import type { z } from "zod";

export type Json = ReturnType<typeof z.json>["_output"];

/**
 * The value as JSON with sorted keys and no spaces (RFC 8785). Half a surrogate pair, which has no UTF-8, becomes
 * U+FFFD.
 */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(([name, member]): [string, Json] => [
      name.toWellFormed(),
      member,
    ]);
    const sorted = members.toSorted(([one], [other]) => (one < other ? -1 : 1));
    return `{${sorted.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(",")}}`;
  }
  return JSON.stringify(typeof value === "string" ? value.toWellFormed() : value);
}
