// Starts an agent's program for one step and sees to its end.
//
// This is the launcher without a sandbox, for SANDBOX=none: the environment is built from nothing and the whole
// process tree is ended, but the program runs as this user and reaches what this user reaches.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startAgentProcess } from "../io/agent-process.ts";
import { safeJoin } from "../io/file.ts";
import { createLineSplitter } from "../io/lines.ts";
import { endProcessTree, markerVariable } from "../io/process-tree.ts";

export interface Command {
  binary: string;
  args: string[];
  env: Record<string, string>;
  stdin: string;
  homeFiles: { path: string; content: string }[];
}

export interface LaunchOptions {
  /** Every process of the job carries this, so that none can outlive it. */
  jobId: string;
  workspace: string;
  home: string;
  timeoutMs: number;
  /** No output for this long ends the program as stalled. */
  stallMs: number;
  signal: AbortSignal;
  onLine: (line: string) => void;
  onOutput: (stream: "stdout" | "stderr", chunk: string) => void;
}

export interface End {
  exitCode: number | undefined;
  signal: string | undefined;
  ended: "timeout" | "stalled" | "cancelled" | "output" | undefined;
  /** The last 4,000 characters of stderr. */
  stderrTail: string;
}

export type Launcher = (command: Command, options: LaunchOptions) => Promise<End>;

const stderrTailChars = 4000;
/** How long output may still come after everything that is known has ended. */
const outputGraceMs = 2000;

/**
 * `environment` is what the operator allows an agent to have of this process's own. Whatever happens to the
 * program, the promise resolves only when nothing of its tree that carries the job's marker is left; it rejects when it can't be started.
 */
export function createLauncher(options: { environment: Record<string, string>; graceMs: number }): Launcher {
  return async (command, launch) => {
    await writeHomeFiles(launch.home, command.homeFiles);
    let ended: End["ended"];
    let stderrTail = "";
    let stall: NodeJS.Timeout | undefined;
    let end: Promise<void> | undefined;
    let pid: number | undefined;

    function stop(why: NonNullable<End["ended"]>): void {
      if (pid === undefined || end) return;
      ended = why;
      end = endProcessTree(pid, launch.jobId, options.graceMs);
    }
    function alive(): void {
      clearTimeout(stall);
      stall = setTimeout(() => stop("stalled"), launch.stallMs);
    }

    const lines = createLineSplitter(launch.onLine);
    launch.signal.throwIfAborted();
    const started = await startAgentProcess({
      file: command.binary,
      args: command.args,
      cwd: launch.workspace,
      env: {
        ...options.environment,
        ...command.env,
        HOME: launch.home,
        TERM: "dumb",
        [markerVariable]: launch.jobId,
      },
      stdin: command.stdin,
      onStdout(chunk) {
        alive();
        launch.onOutput("stdout", chunk);
        lines.push(chunk);
      },
      onStderr(chunk) {
        alive();
        launch.onOutput("stderr", chunk);
        stderrTail = (stderrTail + chunk).slice(-stderrTailChars);
      },
    });
    pid = started.pid;
    const cancel = (): void => stop("cancelled");
    const wall = setTimeout(() => stop("timeout"), launch.timeoutMs);
    launch.signal.addEventListener("abort", cancel, { once: true });
    if (launch.signal.aborted) cancel();
    alive();
    try {
      const { exitCode, signal } = await started.exited;
      // What the program left behind in the background ends with it, and only then its output does.
      end ??= endProcessTree(started.pid, launch.jobId, 0);
      await end;
      // What got away with another environment may hold the output open for ever: it is not waited for.
      await Promise.race([started.ended, delay(outputGraceMs, undefined, { ref: false })]);
      started.closeOutput();
      lines.flush();
      return { exitCode, signal, ended, stderrTail };
    } finally {
      clearTimeout(wall);
      clearTimeout(stall);
      launch.signal.removeEventListener("abort", cancel);
    }
  };
}

async function writeHomeFiles(home: string, files: Command["homeFiles"]): Promise<void> {
  for (const file of files) {
    const path = safeJoin(home, file.path);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, file.content, { mode: 0o600 });
  }
}
