// A sandbox with the limits and programs of a test machine.
import { pino } from "pino";
import { openSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import type { SandboxOptions } from "../../src/sandbox/sandbox-options.ts";

const testLimits = {
  memoryBytes: 2_000_000_000,
  pids: 512,
  fileBytes: 200_000_000,
  outputBytes: 1_000_000_000,
};

/** Opens one; what is not given has a default that fits most tests. */
export function openTestSandbox(
  options: Partial<SandboxOptions> & Pick<SandboxOptions, "kind" | "stageRoot">,
): Promise<Sandbox> {
  const path = process.env["PATH"] ?? "/usr/bin:/bin";
  return openSandbox({
    environment: { PATH: path },
    graceMs: 50,
    limits: testLimits,
    mounts: [],
    trustedPath: path,
    log: pino({ level: "silent" }),
    ...options,
  });
}
