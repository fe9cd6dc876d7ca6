// What a sandbox is opened with.
import type { Log } from "../log.ts";
import type { Limits } from "./limits/limits.ts";

export interface SandboxOptions {
  kind: "bwrap" | "wrapper" | "none";
  /** What the operator allows agents to have of this process's environment. */
  environment: Record<string, string>;
  /** How long a program has between being asked to end and being killed. */
  graceMs: number;
  /** SANDBOX_USER: as whom agents run when this process is root. */
  user?: string | undefined;
  /** SANDBOX_WRAPPER. */
  wrapper?: string | undefined;
  limits: Limits;
  /** SANDBOX_MOUNTS: further host paths, read-only at their own places. */
  mounts: readonly string[];
  /** Where trusted programs are looked up. */
  trustedPath: string;
  /** A folder of ours for the files that sandboxes share; the sandbox's user must be able to reach it. */
  stageRoot: string;
  log: Log;
}
