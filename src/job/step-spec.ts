// One agent invocation inside a job.
import { z } from "zod";
import { StepId } from "./ids.ts";

const Role = z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/, "a lower-case word of at most 32 characters");

/** Roles that never change the workspace, whatever `allowed_tools` says. */
const readOnlyRoles: ReadonlySet<string> = new Set(["planner", "reviewer", "answerer"]);

/** Whether a step of this role may only read the workspace. */
export function isReadOnly(role: string): boolean {
  return readOnlyRoles.has(role);
}

/** `<step_id>/<file>` for an earlier step's artifact. */
const InputArtifact = z
  .string()
  .regex(
    /^[0-9A-Za-z][0-9A-Za-z_-]{0,63}\/(report\.md|patch\.diff|logs\.txt|result\.json)$/,
    "<step_id>/report.md, patch.diff, logs.txt or result.json",
  );

export const StepSpec = z.strictObject({
  step_id: StepId,
  agent: z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/, "an agent's name in lower case"),
  role: Role,
  prompt: z.string().max(20_000).default(""),
  model: z.string().min(1).max(128).optional(),
  timeout_sec: z.int().min(1).max(3600).default(600),
  max_retries: z.int().min(0).max(10).default(1),
  /** Doubled each time, at most 30 s. */
  retry_backoff_sec: z.number().min(0).max(60).default(2),
  input_artifacts: z.array(InputArtifact).max(64).default([]),
  apply_patches_from: z.array(StepId).max(32).default([]),
  allowed_tools: z.array(z.string().max(200)).max(100).optional(),
  depends_on: z.array(StepId).max(32).default([]),
  on_failure: z
    .union([
      z.enum(["stop", "continue", "ask_human"]),
      z
        .string()
        .regex(/^goto:[0-9A-Za-z][0-9A-Za-z_-]{0,63}$/, "stop, continue, ask_human or goto:<step_id>"),
    ])
    .default("stop"),
});
export type StepSpec = z.infer<typeof StepSpec>;
