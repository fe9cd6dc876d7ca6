// Before an agent's program is used: is it there, new enough, and still the one that it was?
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Agent } from "../agents/agent.ts";
import { checkVersion, type MinimumVersion } from "../agents/preflight.ts";
import { UserError, explain } from "../errors.ts";
import { run } from "../io/exec.ts";
import type { Log } from "../log.ts";
import { identifyProgram } from "./identify-program.ts";

interface Program {
  path: string;
  /** Undefined when it prints none. */
  version: string | undefined;
}

export interface Preflight {
  /**
   * The agent's program as it is just now; undefined for an agent that has none. Throws UserError (`preflight`) with the
   * remedy when it is missing, can't be started or is older than it must be. Only a file that changed is asked anew.
   */
  find(agent: Agent): Promise<Program | undefined>;
  /** The same before a step. Returns what to tell in its result: that the program is another one than before. */
  beforeStep(agent: Agent): Promise<string[]>;
}

const patienceMs = 20_000;

/** `environment` is what agents get of this process's own. */
export function createPreflight(options: {
  environment: Record<string, string>;
  minimums: readonly MinimumVersion[];
  log: Pick<Log, "warn">;
}): Preflight {
  const { environment, minimums, log } = options;
  /** What passed, by the name of the binary. */
  const known = new Map<string, { identity: string; program: Program }>();
  const asking = new Map<string, Promise<Program>>();
  /** Changes that no step has told of yet. */
  const news = new Map<string, string>();

  async function ask(agent: Agent, binary: string, path: string, identity: string): Promise<Program> {
    const minimum = minimums.find((one) => one.binary === binary);
    const printed = await printedVersion(path, minimum?.flag ?? agent.versionFlag, environment);
    const check = checkVersion(binary, printed, minimum?.version);
    if (!check.ok) throw new UserError(check.remedy, { code: "preflight" });
    const program = { path, version: check.version };
    const before = known.get(binary)?.program;
    known.set(binary, { identity, program });
    if (before) notice(binary, before, program);
    return program;
  }

  function notice(binary: string, before: Program, now: Program): void {
    if (before.version === now.version && before.path === now.path) return;
    log.warn({ binary, from: before, to: now }, "an agent's program was replaced while this process runs");
    news.set(binary, `${binary} was replaced while Patchbay runs: ${told(before)} before, ${told(now)} now`);
  }

  async function find(agent: Agent): Promise<Program | undefined> {
    const { binary } = agent;
    if (binary === undefined) return undefined;
    const { path, identity } = await identifyProgram(binary, environment["PATH"] ?? "");
    const seen = known.get(binary);
    if (seen?.identity === identity) return seen.program;
    const asked = `${agent.name} ${identity}`;
    const running =
      asking.get(asked) ?? ask(agent, binary, path, identity).finally(() => asking.delete(asked));
    asking.set(asked, running);
    return running;
  }

  return {
    find,
    async beforeStep(agent) {
      await find(agent);
      const { binary } = agent;
      const told = binary === undefined ? undefined : news.get(binary);
      if (binary === undefined || told === undefined) return [];
      news.delete(binary);
      return [told];
    },
  };
}

function told({ path, version }: Program): string {
  return `${version ?? "an unknown version"} (${path})`;
}

async function printedVersion(
  path: string,
  flag: string,
  environment: Record<string, string>,
): Promise<string> {
  // Some programs write into HOME even for this.
  const home = await mkdtemp(join(tmpdir(), "patchbay-version-"));
  try {
    const { stdout, stderr } = await run(path, [flag], {
      env: { ...environment, HOME: home },
      timeoutMs: patienceMs,
      maxOutputBytes: 100_000,
    });
    return `${stdout.toString("utf8")}\n${stderr}`;
  } catch (cause) {
    throw new UserError(`asking ${path} ${flag} for its version: ${explain(cause)}; install it anew`, {
      cause,
      code: "preflight",
    });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
