// The launcher for a sandbox that the operator brings: SANDBOX_WRAPPER is put before the program. What it is told and
// what it has to do is in docs/sandbox.md; that it does is proven before it is trusted.
import { constants as modes } from "node:fs";
import { open, rm } from "node:fs/promises";
import { constants } from "node:os";
import { join } from "node:path";
import { startAgentProcess } from "../../io/agent-process.ts";
import { endProcessTree, markerVariable } from "../../io/process-tree.ts";
import { handOver } from "../bwrap/hand-over.ts";
import { requireOpenWay } from "../bwrap/agent-user.ts";
import type { AgentUser } from "../bwrap/agent-user.ts";
import type { Stage } from "../bwrap/profile.ts";
import { findVisible } from "../bwrap/visible.ts";
import { examineWorkspace } from "../examine-workspace.ts";
import { writeHomeFiles } from "../home-files.ts";
import { findDoors, insideEnvironment } from "../inside.ts";
import type { End, Launcher } from "../launch.ts";
import type { Limits, OpenLimits } from "../limits/limits.ts";
import { supervise } from "../supervise.ts";

export interface WrapperLauncherOptions {
  words: readonly [string, ...string[]];
  user: AgentUser | undefined;
  stage: Stage;
  stageRoot: string;
  limits: Limits;
  openLimits: OpenLimits;
  mounts: readonly string[];
  environment: Readonly<Record<string, string>>;
  graceMs: number;
  trustedPath: string;
}

/** The program's environment lies here until the bridge has read it, so that it is in no command line. */
const environmentFile = ".patchbay-environment";

/** Rejects with UserError (`preflight`) when the program isn't there or its folder must not be shown. */
export function createWrapperLauncher(options: WrapperLauncherOptions): Launcher {
  const { user, environment, stage, stageRoot, trustedPath } = options;
  const path = environment["PATH"] ?? trustedPath;

  return async (command, launch) => {
    launch.signal.throwIfAborted();
    const program = await findVisible(command.binary, path);
    const mounts = [...new Set([...options.mounts, ...program.mounts])];
    const hasGit = await examineWorkspace(launch.workspace);
    await writeHomeFiles(launch.home, command.homeFiles);
    if (user) {
      await handOver([launch.workspace, launch.home], user, trustedPath);
      if (launch.doors !== undefined) await requireOpenWay(launch.doors, user);
    }
    const env = insideEnvironment({
      operator: environment,
      command: command.env,
      path: `${path}:${join(stageRoot, "bin")}`,
      home: launch.home,
      marker: launch.marker,
      doors: findDoors(launch.doors),
    });
    const envFile = join(launch.home, environmentFile);
    await writeEnvironment(envFile, env, user);
    const told = {
      [markerVariable]: launch.marker,
      PATH: trustedPath,
      PATCHBAY_WORKSPACE: launch.workspace,
      PATCHBAY_READ_ONLY: launch.readOnly ? "1" : "0",
      PATCHBAY_GIT: hasGit ? join(launch.workspace, ".git") : "",
      PATCHBAY_HOME: launch.home,
      PATCHBAY_STAGE: stageRoot,
      PATCHBAY_DOORS: launch.doors ?? "",
      PATCHBAY_MOUNTS: mounts.join(":"),
      PATCHBAY_MEMORY_BYTES: String(options.limits.memoryBytes),
      PATCHBAY_PIDS: String(options.limits.pids),
      PATCHBAY_CPUS: options.limits.cpus === undefined ? "" : String(options.limits.cpus),
    };
    const inside = [stage.node, stage.bridge, launch.doors ?? "-", envFile, program.path, ...command.args];
    try {
      return await launchWrapped(options, { launch, told, inside, stdin: command.stdin });
    } finally {
      await rm(envFile, { force: true });
    }
  };
}

async function launchWrapped(
  options: WrapperLauncherOptions,
  parts: { launch: Parameters<Launcher>[1]; told: Record<string, string>; inside: string[]; stdin: string },
): Promise<End> {
  const { launch } = parts;
  let stopForLimit: (why: "memory" | "pids") => void = () => undefined;
  const limits = await options.openLimits(launch.marker, (why) => stopForLimit(why));
  try {
    const bounds = { graceMs: options.graceMs, maxOutputBytes: options.limits.outputBytes };
    const end = await supervise(launch, bounds, (stop) => {
      stopForLimit = stop;
      const [file = "", ...args] = [...limits.prefix, ...waits, ...options.words, ...parts.inside];
      return {
        async start(output) {
          const started = await startAgentProcess({
            file,
            args,
            cwd: launch.workspace,
            env: parts.told,
            stdin: parts.stdin,
            identity: options.user,
            inputs: [Buffer.from("go\n")],
            beforeInputs: (pid) => limits.enter(pid),
            ...output,
          });
          limits.watch(started.pid);
          return started;
        },
        async end({ pid }, graceMs) {
          await endProcessTree(pid, launch.marker, graceMs);
          await limits.kill();
        },
      };
    });
    const failed = end.exitCode !== 0 && (end.ended === undefined || end.ended === "stalled");
    const wasKilled = end.signal === "SIGKILL";
    const limit = failed ? await limits.hit({ wasKilled, said: end.stderrTail }) : undefined;
    if (limit) return { ...end, ended: limit };
    const signal = signalOf(end.exitCode);
    return signal === undefined ? end : { ...end, exitCode: undefined, signal };
  } finally {
    await limits.close();
  }
}

/** Starts what follows only when it is in its group. */
const waits = ["/bin/sh", "-c", 'read _ <&3; exec 3<&-; exec "$@"', "sh"];

function signalOf(exitCode: number | undefined): string | undefined {
  const number = (exitCode ?? 0) - 128;
  return Object.entries(constants.signals).find(([, one]) => one === number)?.[0];
}

/** Never through a link or over a file that an earlier run left there. */
async function writeEnvironment(
  path: string,
  env: Readonly<Record<string, string>>,
  user: AgentUser | undefined,
): Promise<void> {
  await rm(path, { force: true });
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = modes;
  const file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    await file.writeFile(JSON.stringify(env));
    if (user) await file.chown(user.uid, user.gid);
  } finally {
    await file.close();
  }
}
