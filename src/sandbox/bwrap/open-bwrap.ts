// Everything that a launch in bubblewrap needs and that is the same for all launches.
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { UserError } from "../../errors.ts";
import { run } from "../../io/exec.ts";
import { locateProgram } from "../../io/locate-program.ts";
import { type ChosenLimits, chooseLimits } from "../limits/choose-limits.ts";
import type { SandboxOptions } from "../sandbox-options.ts";
import { type Architecture, seccompFilter } from "../seccomp/filter.ts";
import { findAgentUser } from "./agent-user.ts";
import { readHostSystem } from "./host-system.ts";
import type { BwrapLauncherOptions } from "./launcher.ts";
import { prepareStage } from "./stage.ts";
import { requireHarmless } from "./visible.ts";

/** Throws UserError (`preflight`) with the remedy for the first thing that is missing. */
export async function openBwrap(
  options: SandboxOptions,
): Promise<BwrapLauncherOptions & { chosen: ChosenLimits }> {
  const { trustedPath, limits } = options;
  const architecture = requireArchitecture(process.platform, process.arch);
  const user = await findAgentUser(options.user, { trustedPath });
  const bwrap = await findBwrap(trustedPath);
  const prlimit = await findPrlimit(trustedPath);
  const mounts = options.mounts.map((path) => resolve(path));
  for (const path of mounts) await requireHarmless(path, "a path of SANDBOX_MOUNTS");
  const chosen = await chooseLimits({
    limits,
    prlimit,
    uid: user?.uid ?? process.getuid?.() ?? 0,
    isDropped: user !== undefined,
    trustedPath,
  });
  return {
    bwrap: bwrap.path,
    user,
    system: await readHostSystem(),
    stage: await prepareStage(options.stageRoot, user),
    seccomp: seccompFilter(architecture),
    openLimits: chosen.open,
    chosen,
    maxOutputBytes: limits.outputBytes,
    mounts,
    environment: options.environment,
    graceMs: options.graceMs,
    trustedPath,
  };
}

/** The filter of system calls is made for two; no other is let through. */
export function requireArchitecture(platform: string, name: string): Architecture {
  if (platform === "linux" && (name === "x64" || name === "arm64")) return name;
  throw preflight(`the sandbox is made for Linux on x64 and arm64, and this is ${platform} on ${name}`);
}

const oldest = [0, 8];

/** Finds bwrap, 0.8.0 or newer and without the set-uid bit, with which it would be root for a while. */
export async function findBwrap(trustedPath: string): Promise<{ path: string; version: string }> {
  const path = await locateProgram(
    "bwrap",
    trustedPath,
    "the sandbox needs bubblewrap, and there is no bwrap on the PATH: `apt-get install bubblewrap` (0.8.0 or newer)",
  );
  const { mode } = await stat(path);
  if ((mode & 0o4000) !== 0) {
    throw preflight(
      `${path} is set-uid root, which the sandbox needs not and does not want: \`chmod u-s ${path}\``,
    );
  }
  const { stdout } = await run(path, ["--version"], { env: {}, timeoutMs: 10_000 });
  const version = /\d+\.\d+(?:\.\d+)?/.exec(stdout.toString("latin1"))?.[0] ?? "0";
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > (oldest[0] ?? 0) || minor >= (oldest[1] ?? 0)) return { path, version };
  throw preflight(
    `${path} is version ${version}, and 0.8.0 or newer is needed: it comes with Debian 12 and Ubuntu 23.10`,
  );
}

/** Finds prlimit(1). */
export async function findPrlimit(trustedPath: string): Promise<string> {
  return locateProgram(
    "prlimit",
    trustedPath,
    "the sandbox needs prlimit, and it is not on the PATH: `apt-get install util-linux`",
  );
}

function preflight(message: string): UserError {
  return new UserError(message, { code: "preflight" });
}
