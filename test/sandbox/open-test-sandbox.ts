// A sandbox with the limits and programs of a test machine.
import { pino } from "pino";
import { openSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import type { SandboxOptions } from "../../src/sandbox/sandbox-options.ts";

type Some = Partial<SandboxOptions> & Pick<SandboxOptions, "kind" | "stageRoot">;

/** What is not given has a default that fits most tests. */
export function testOptions(options: Some): SandboxOptions {
  const path = process.env["PATH"] ?? "/usr/bin:/bin";
  return {
    environment: { PATH: path },
    graceMs: 50,
    limits: {
      memoryBytes: 4_000_000_000,
      pids: 512,
      fileBytes: 200_000_000,
      outputBytes: 4_000_000_000,
    },
    mounts: [],
    trustedPath: path,
    log: pino({ level: "silent" }),
    ...options,
  };
}

export function openTestSandbox(options: Some): Promise<Sandbox> {
  return openSandbox(testOptions(options));
}
