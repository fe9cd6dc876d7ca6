// The repository's own commands that try a change, and what came of them.
import { z } from "zod";

export const Verify = z.strictObject({
  run: z
    .array(z.string().trim().min(1).max(1000))
    .min(1)
    .max(16)
    .describe("Commands as in a shell, each from the root of the checkout; all of them run."),
  rounds: z
    .int()
    .min(0)
    .max(10)
    .default(2)
    .describe("How often a failure goes back to the agent, with what the commands said."),
  timeout_sec: z.int().min(1).max(3600).default(900).describe("For each command."),
  on_failure: z
    .enum(["stop", "continue"])
    .default("stop")
    .describe(
      "When it still fails then. stop: the step fails; continue: the change is published, and says so.",
    ),
});
export type Verify = z.infer<typeof Verify>;

const VerifyRun = z.strictObject({
  command: z.string(),
  status: z.enum(["passed", "failed", "timeout", "stopped"]),
  /** Null when it was ended from outside. */
  exit_code: z.int().nullable(),
  duration_ms: z.number().nonnegative(),
  /** The end of what it said, masked, unless it passed. */
  output: z.string().optional(),
});
export type VerifyRun = z.infer<typeof VerifyRun>;

/** Part of a step's result. */
export const Verified = z.strictObject({
  /** `not_run`: the agent was simulated, so nothing was there to be tried. */
  status: z.enum(["passed", "failed", "not_run"]),
  /** How often a failure went back to the agent. */
  sent_back: z.int().nonnegative(),
  /** Of the last round. */
  runs: z.array(VerifyRun),
});
export type Verified = z.infer<typeof Verified>;
