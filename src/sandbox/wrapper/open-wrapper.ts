// Everything that a launch in the operator's own sandbox needs and that is the same for all launches.
import { join, resolve } from "node:path";
import { UserError } from "../../errors.ts";
import { locateProgram } from "../../io/locate-program.ts";
import { findAgentUser } from "../bwrap/agent-user.ts";
import { findPrlimit, requireArchitecture } from "../bwrap/open-bwrap.ts";
import { keep, prepareStage } from "../bwrap/stage.ts";
import { requireHarmless } from "../bwrap/visible.ts";
import { type ChosenLimits, chooseLimits } from "../limits/choose-limits.ts";
import type { SandboxOptions } from "../sandbox-options.ts";
import { seccompFilter } from "../seccomp/filter.ts";
import { parseWords } from "./parse-words.ts";
import type { WrapperLauncherOptions } from "./wrapper-launcher.ts";

/** Throws UserError (`preflight`) with the remedy for the first thing that is missing. */
export async function openWrapper(
  options: SandboxOptions,
): Promise<WrapperLauncherOptions & { chosen: ChosenLimits }> {
  const { trustedPath, limits } = options;
  const parsed = parseWords(options.wrapper ?? "");
  if (!parsed) {
    throw new UserError("SANDBOX_WRAPPER is empty or leaves a quote open; docs/sandbox.md has examples", {
      code: "preflight",
    });
  }
  const [name, ...args] = parsed;
  const program = await locateProgram(
    name,
    trustedPath,
    `SANDBOX_WRAPPER: there is no program ${name} on the PATH`,
  );
  const user = await findAgentUser(options.user, { trustedPath });
  const mounts = options.mounts.map((path) => resolve(path));
  for (const path of mounts) await requireHarmless(path, "a path of SANDBOX_MOUNTS");
  const chosen = await chooseLimits({
    limits,
    prlimit: await findPrlimit(trustedPath),
    uid: user?.uid ?? process.getuid?.() ?? 0,
    isDropped: user !== undefined,
    trustedPath,
  });
  const stage = await prepareStage(options.stageRoot, user, { alone: true });
  await keep(
    join(options.stageRoot, "seccomp.bpf"),
    seccompFilter(requireArchitecture(process.platform, process.arch)),
  );
  return {
    words: [program, ...args],
    user,
    stage,
    stageRoot: options.stageRoot,
    limits,
    openLimits: chosen.open,
    chosen,
    mounts,
    environment: options.environment,
    graceMs: options.graceMs,
    trustedPath,
  };
}
