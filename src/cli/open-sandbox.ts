// The sandbox of this process, opened when the first program needs it.
import { join } from "node:path";
import { openSandbox, type Sandbox } from "../sandbox/sandbox.ts";
import type { SandboxOptions } from "../sandbox/sandbox-options.ts";
import type { Rooms } from "./rooms.ts";

/** How long an agent has between being asked to end and being killed. */
const graceMs = 5000;

/** What the operator's environment says of the sandbox. */
export function sandboxOptions({ config, log }: Pick<Rooms, "config" | "log">): SandboxOptions {
  return {
    kind: config.SANDBOX,
    environment: config.agentEnvironment,
    graceMs,
    user: config.SANDBOX_USER,
    wrapper: config.SANDBOX_WRAPPER,
    limits: {
      memoryBytes: config.SANDBOX_MEMORY_BYTES,
      pids: config.SANDBOX_PIDS,
      cpus: config.SANDBOX_CPUS,
      fileBytes: config.SANDBOX_FILE_BYTES,
      outputBytes: config.SANDBOX_OUTPUT_BYTES,
    },
    mounts: config.SANDBOX_MOUNTS,
    trustedPath: config.trustedPath,
    stageRoot: join(config.DATA_ROOT, "sandbox"),
    log,
  };
}

/** Opens it once. A failure is not remembered: what was missing may be there for the next job. */
export function lazySandbox(rooms: Pick<Rooms, "config" | "log">): () => Promise<Sandbox> {
  let opened: Promise<Sandbox> | undefined;
  return () => {
    opened ??= openSandbox(sandboxOptions(rooms)).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
}

/** At the start: a sandbox that can't be trusted is told at once, and not by the first job alone. */
export async function warnOfSandbox(
  { config, log }: Pick<Rooms, "config" | "log">,
  sandbox: () => Promise<Sandbox>,
): Promise<void> {
  if (!config.ENABLE_REAL_CLI) return;
  try {
    const { kind, tier, warnings } = await sandbox();
    log.info(
      { kind, limits: tier },
      kind === "none" ? "agents run without a sandbox" : "the sandbox is proven",
    );
    for (const warning of warnings) log.warn(warning);
  } catch (error) {
    log.error({ err: error }, "no real agent can run: the sandbox is not usable");
  }
}
