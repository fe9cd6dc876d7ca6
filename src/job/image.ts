// A picture of the conversation, as it lies among the job's artifacts.
import { z } from "zod";

export const maxImages = 8;

export const JobImage = z.strictObject({
  /** Its name is ours: nothing of GitHub's is in it. */
  file: z.string().regex(/^image-[1-9]\.(?:png|jpg|gif|webp)$/, "image-1.png, .jpg, .gif or .webp"),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().positive(),
  /** What stands in its place in the text. */
  alt: z.string().max(200),
  /** Where it was: the description, or a comment, and whose. */
  place: z.string().max(200),
});
export type JobImage = z.infer<typeof JobImage>;
