// What a person decided about a job: the words of the intent, of the result and of the record.
import { z } from "zod";
import { Permission, Timestamp } from "./job-spec.ts";

/** Who decided, with the permission of that moment. */
export const Decider = z.strictObject({
  login: z.string().max(100),
  id: z.int().optional(),
  permission: Permission,
});
export type Decider = z.infer<typeof Decider>;

/** How what waited for a person was ended; part of result.json. `expired`: nobody did, and `login` is empty. */
export const Decision = z.strictObject({
  kind: z.enum(["applied", "discarded", "expired"]),
  login: z.string(),
  at: Timestamp,
  /** Of the command, so that handling it again is known as the same. */
  marker: z.string(),
});
export type Decision = z.infer<typeof Decision>;
