// What a test asks of the process that opens sandboxes, and what it hears back: one JSON text a line.
import { z } from "zod";

export const AttackRequest = z.object({
  id: z.int(),
  /** bwrap; bwrap with a filter that lets every system call through; or none. */
  how: z.enum(["bwrap", "open-filter", "none"]),
  marker: z.string(),
  binary: z.string(),
  args: z.array(z.string()),
  env: z.record(z.string(), z.string()).default({}),
  homeFiles: z.array(z.object({ path: z.string(), content: z.string() })).default([]),
  workspace: z.string(),
  home: z.string(),
  doors: z.string().optional(),
  readOnly: z.boolean().default(false),
  timeoutMs: z.number().default(30_000),
  stallMs: z.number().default(30_000),
  /** Cancel as soon as a line is printed. */
  cancelOnLine: z.boolean().default(false),
  /** Between being asked to end and being killed. */
  graceMs: z.number().optional(),
  memoryBytes: z.number().optional(),
  pids: z.number().optional(),
  fileBytes: z.number().optional(),
  outputBytes: z.number().optional(),
});
export type AttackRequest = z.infer<typeof AttackRequest>;

export const AttackAnswer = z.object({
  id: z.int(),
  error: z.string().optional(),
  end: z
    .object({
      exitCode: z.number().optional(),
      signal: z.string().optional(),
      ended: z.string().optional(),
      stderrTail: z.string(),
    })
    .optional(),
  /** The first 1,000 that were printed. */
  lines: z.array(z.string()),
  outputChars: z.number(),
});
export type AttackAnswer = z.infer<typeof AttackAnswer>;
