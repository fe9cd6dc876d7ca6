// The configuration that is in force, as it may be written down.
import { createHash } from "node:crypto";
import { canonicalJson } from "../../audit/canonical-json.ts";
import { Fields } from "../../audit/entry.ts";
import type { Config } from "../../config.ts";

/** What an operator can set, without anything that holds a secret; paths and addresses included. */
export function settingsOf(config: Config): Fields {
  const secret = new Set(config.secrets.map(({ name }) => name));
  const named = Object.entries(config).filter(([name]) => /^[A-Z]/.test(name) && !secret.has(name));
  // Through JSON: what is undefined is left out.
  return Fields.parse(JSON.parse(JSON.stringify(Object.fromEntries(named))));
}

/** SHA-256 of these settings: two jobs with the same one ran under the same rules. */
export function configurationSha256(config: Config): string {
  return createHash("sha256")
    .update(canonicalJson(settingsOf(config)))
    .digest("hex");
}
