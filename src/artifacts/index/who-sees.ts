// Which jobs somebody may know of. A query without this can't be asked.
import type { SQLInputValue } from "node:sqlite";

/** Everything, or the repositories with these names (`owner/name` in lower case). */
export type Sight = "everything" | ReadonlySet<string>;

export interface Condition {
  sql: string;
  values: SQLInputValue[];
}

/** A condition on `place_key`, which holds `owner/name` only of what came from GitHub. */
export function isSeen(sight: Sight, column = "place_key"): Condition {
  if (sight === "everything") return { sql: "1", values: [] };
  return { sql: `${column} IN (SELECT value FROM json_each(?))`, values: [JSON.stringify([...sight])] };
}

export function maySee(sight: Sight, placeKey: string): boolean {
  return sight === "everything" || sight.has(placeKey);
}
