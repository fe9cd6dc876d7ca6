// One line for each run of a step that ended: what it came to, for whom, for what.
import { z } from "zod";
import { Timestamp } from "../job/job-spec.ts";
import { Spender } from "./ledger.ts";

/**
 * `released` and `expired`: its runner died, so that all that it might have used is charged. Of several lines with the
 * same `reservation` the last one counts.
 */
export const Spending = z.strictObject({
  schema_version: z.literal("1.0"),
  at: Timestamp,
  reservation: z.string(),
  ...Spender.shape,
  calls: z.int().nonnegative(),
  /** Null when it is unknown. */
  cost_usd: z.number().nonnegative().nullable(),
  ended: z.enum(["settled", "released", "expired"]),
});
export type Spending = z.infer<typeof Spending>;

/** The last word about each reservation, in the order in which they were first told. */
export function lastWords(lines: readonly Spending[]): Spending[] {
  return [...new Map(lines.map((line) => [line.reservation, line])).values()];
}
