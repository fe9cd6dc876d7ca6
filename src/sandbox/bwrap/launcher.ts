// The launcher that runs a program in bubblewrap.
import { constants } from "node:os";
import { UserError } from "../../errors.ts";
import { startAgentProcess } from "../../io/agent-process.ts";
import { killMarked, markerVariable } from "../../io/process-tree.ts";
import { writeHomeFiles } from "../home-files.ts";
import { examineWorkspace } from "../examine-workspace.ts";
import { findDoors, insideEnvironment } from "../inside.ts";
import type { End, Launcher, LaunchOptions } from "../launch.ts";
import type { LaunchLimits, OpenLimits } from "../limits/limits.ts";
import { supervise } from "../supervise.ts";
import { type AgentUser, requireOpenWay } from "./agent-user.ts";
import { endNamespace, firstProcess, type FirstProcess } from "./end-namespace.ts";
import { explainSetupFailure } from "./explain-setup-failure.ts";
import { handOver } from "./hand-over.ts";
import {
  bwrapArguments,
  type HostSystem,
  seenBridge,
  seenDoors,
  seenHome,
  seenNode,
  seenPath,
  type Stage,
} from "./profile.ts";
import { createBwrapStatus } from "./status.ts";
import { findVisible } from "./visible.ts";

export interface BwrapLauncherOptions {
  bwrap: string;
  user: AgentUser | undefined;
  system: HostSystem;
  stage: Stage;
  seccomp: Uint8Array;
  openLimits: OpenLimits;
  maxOutputBytes: number;
  mounts: readonly string[];
  environment: Readonly<Record<string, string>>;
  graceMs: number;
  trustedPath: string;
}

/** Rejects with UserError (`preflight`) when the program isn't there or the sandbox can't be set up. */
export function createBwrapLauncher(options: BwrapLauncherOptions): Launcher {
  const { user, environment, stage } = options;
  const path = environment["PATH"] ?? options.trustedPath;

  return async (command, launch) => {
    launch.signal.throwIfAborted();
    const program = await findVisible(command.binary, path);
    const mounts = [...new Set([...options.mounts, ...program.mounts])];
    const hasGit = await examineWorkspace(launch.workspace);
    await writeHomeFiles(launch.home, command.homeFiles);
    if (user) {
      await handOver([launch.workspace, launch.home], user, options.trustedPath);
      if (launch.doors !== undefined) await requireOpenWay(launch.doors, user);
    }
    const env = insideEnvironment({
      operator: environment,
      command: command.env,
      path: seenPath(path, mounts),
      home: seenHome,
      marker: launch.marker,
      doors: findDoors(launch.doors),
    });
    const words = bwrapArguments({ ...launch, system: options.system, stage, hasGit, mounts, env });
    const inside = [
      ...(launch.doors === undefined ? [] : [seenNode, seenBridge, seenDoors, "-"]),
      program.path,
      ...command.args,
    ];
    return launchInside(options, launch, { words, inside, stdin: command.stdin });
  };
}

async function launchInside(
  options: BwrapLauncherOptions,
  launch: LaunchOptions,
  { words, inside, stdin }: { words: string[]; inside: string[]; stdin: string },
): Promise<End> {
  let first: FirstProcess | undefined;
  let stopForLimit: (why: "memory" | "pids") => void = () => undefined;
  const limits = await options.openLimits(launch.marker, (why) => stopForLimit(why));
  const status = createBwrapStatus((pid) => {
    first = firstProcess(pid);
    limits.watch(pid);
  });
  try {
    const end = await supervise(launch, options, (stop) => {
      stopForLimit = stop;
      const [file = "", ...args] = [...limits.prefix, options.bwrap, "--args", "3", "--", ...inside];
      return {
        start: (output) =>
          startAgentProcess({
            file,
            args,
            cwd: "/",
            // bwrap's own environment is its namespace's first process's, and can be read inside.
            env: { [markerVariable]: launch.marker },
            stdin,
            identity: options.user,
            inputs: [
              Buffer.from([...words, "--seccomp", "4", "--json-status-fd", "5", ""].join("\0")),
              options.seccomp,
            ],
            beforeInputs: (pid) => limits.enter(pid),
            onStatus: (chunk) => status.push(chunk),
            ...output,
          }),
        async end({ pid }, graceMs) {
          await endNamespace(pid, first, graceMs);
          await limits.kill();
          // Before the first process is known, only the marker finds what is there.
          if (!status.programEnded) await killMarked(launch.marker);
        },
      };
    });
    return await conclude(end, limits, status.programEnded);
  } finally {
    await limits.close();
  }
}

/** Why it ended, as far as it can be told. */
async function conclude(end: End, limits: LaunchLimits, programEnded: boolean): Promise<End> {
  const failed = end.exitCode !== 0 && (end.ended === undefined || end.ended === "stalled");
  const wasKilled = !programEnded && end.signal === "SIGKILL";
  const limit = failed ? await limits.hit({ wasKilled, said: end.stderrTail }) : undefined;
  if (limit) return { ...end, ended: limit };
  if (!programEnded && end.ended === undefined && end.exitCode !== undefined) {
    throw new UserError(explainSetupFailure(end.stderrTail), { code: "preflight" });
  }
  const signal = signalOf(end.exitCode);
  return signal === undefined ? end : { ...end, exitCode: undefined, signal };
}

/** bwrap ends with 128 and the number of the signal that ended the program, as a shell does. */
function signalOf(exitCode: number | undefined): string | undefined {
  const number = (exitCode ?? 0) - 128;
  return Object.entries(constants.signals).find(([, one]) => one === number)?.[0];
}
