// What a job knows besides the conversation: read when it was asked for, and never again.
import { z } from "zod";

export const Material = z.strictObject({
  kind: z.enum(["review_comment", "check", "diff", "issue"]),
  /** Which one, in few words, such as `#12` or `src/login.ts:4`. */
  name: z.string().max(500),
  /** Who wrote it; absent for what no single person wrote. */
  author: z.string().max(100).optional(),
  text: z.string().max(70_000),
});
export type Material = z.infer<typeof Material>;
