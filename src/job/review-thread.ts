// A conversation on lines of a pull request, as it stood when a job was asked about it.
import { z } from "zod";

export const maxThreads = 50;
export const maxThreadComments = 50;

const ThreadComment = z.strictObject({
  author: z.string().max(100),
  /** UTC, ISO 8601. */
  created_at: z.iso.datetime(),
  text: z.string().max(10_000),
});
export type ThreadComment = z.infer<typeof ThreadComment>;

export const ReviewThread = z.strictObject({
  /** Its first comment, to which every answer goes. */
  comment_id: z.int().positive(),
  path: z.string().max(4096),
  /** The last line that it is about; absent when it is about the file, or about lines that are gone. */
  line: z.int().positive().optional(),
  /** The first one, when it is about several. */
  start_line: z.int().positive().optional(),
  /** Whether the lines are those before the change or after it. */
  side: z.enum(["LEFT", "RIGHT"]).default("RIGHT"),
  /** The end of what the diff showed there. */
  diff_hunk: z.string().max(10_000).default(""),
  /** Oldest first, none that was written or edited after the request. */
  comments: z.array(ThreadComment).max(maxThreadComments).default([]),
});
export type ReviewThread = z.infer<typeof ReviewThread>;
