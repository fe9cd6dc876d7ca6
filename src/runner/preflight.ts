// Before an agent's program is used: is it there, and new enough? Asked for each job, remembered by its file.
import { stat } from "node:fs/promises";
import type { Agent } from "../agents/agent.ts";
import { checkVersion, type MinimumVersion } from "../agents/preflight.ts";
import { UserError, explain } from "../errors.ts";
import { run } from "../io/exec.ts";
import { locateProgram } from "../io/locate-program.ts";

/**
 * Returns a check that gives the version of an agent's program, as far as it says one, and throws UserError
 * (`preflight`) with the remedy when it is missing, can't be started or is older than it must be. `environment` is what agents get of this process's own.
 */
export function createPreflight(options: {
  environment: Record<string, string>;
  minimums: readonly MinimumVersion[];
}): (agent: Agent) => Promise<string | undefined> {
  const { environment, minimums } = options;
  /** The versions of the programs that passed, by path and time of change: a replaced one is asked again. */
  const passed = new Map<string, string | undefined>();

  return async (agent) => {
    const { binary } = agent;
    if (binary === undefined) return undefined;
    const path = await locateProgram(binary, environment["PATH"] ?? "");
    const identity = `${path} ${(await stat(path)).mtimeMs}`;
    if (passed.has(identity)) return passed.get(identity);
    const minimum = minimums.find((known) => known.binary === binary);
    const printed = await printedVersion(path, minimum?.flag ?? agent.versionFlag, environment);
    const check = checkVersion(binary, printed, minimum?.version);
    if (!check.ok) throw new UserError(check.remedy, { code: "preflight" });
    passed.set(identity, check.version);
    return check.version;
  };
}

async function printedVersion(
  path: string,
  flag: string,
  environment: Record<string, string>,
): Promise<string> {
  try {
    const { stdout, stderr } = await run(path, [flag], {
      env: { ...environment, HOME: "/nonexistent" },
      timeoutMs: 20_000,
      maxOutputBytes: 100_000,
    });
    return `${stdout.toString("utf8")}\n${stderr}`;
  } catch (cause) {
    throw new UserError(`asking ${path} ${flag} for its version: ${explain(cause)}`, {
      cause,
      code: "preflight",
    });
  }
}
