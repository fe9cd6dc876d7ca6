// A long-running program in a process group of its own, whose output is never held in memory.
//
// On node:child_process and not on execa, which takes no descriptors beyond 9.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { Duplex } from "node:stream";
import { inheritedDescriptors } from "./inherited-descriptors.ts";

export interface AgentProcessOptions {
  file: string;
  args: readonly string[];
  cwd: string;
  /** The whole environment: nothing is inherited. */
  env: Record<string, string>;
  stdin: string;
  onStdout: (chunk: string) => void;
  onStderr: (chunk: string) => void;
  /** Become this user first, without supplementary groups (uv_spawn, setgroups(2)). Only root can. */
  identity?: { uid: number; gid: number } | undefined;
  /** What the program reads from the descriptors 3, 4, … up to their end. */
  inputs?: readonly Uint8Array[];
  /** Awaited before the first byte of `inputs`: a program that waits for them has done nothing yet. */
  beforeInputs?: (pid: number) => Promise<void>;
  /** What the program writes to the descriptor after the inputs. */
  onStatus?: (chunk: string) => void;
}

interface Exit {
  exitCode: number | undefined;
  signal: string | undefined;
}

export interface AgentProcess {
  pid: number;
  /** Resolves when the program itself has ended; its descendants may live on and hold its output open. */
  exited: Promise<Exit>;
  /** Resolves once the output has ended too. */
  ended: Promise<void>;
  /** Stops reading, whoever still holds the output open. */
  closeOutput(): void;
}

/**
 * Starts the program as leader of a new session, so that its group can be signalled. It gets its three standard
 * streams, `inputs` and the status descriptor; whatever else this process was started with is /dev/null there.
 * Throws when it can't be started or `beforeInputs` rejects; then nothing runs.
 */
export async function startAgentProcess(options: AgentProcessOptions): Promise<AgentProcess> {
  const child = spawnCovered(options);
  const exited = new Promise<Exit>((resolve) => {
    child.once("exit", (code, signal) => {
      resolve({ exitCode: code ?? undefined, signal: signal ?? undefined });
    });
  });
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
  });
  const { pid } = child;
  if (pid === undefined) {
    const [cause]: unknown[] = await once(child, "error");
    throw new Error(`starting ${options.file}`, { cause });
  }

  const inputs = options.inputs ?? [];
  readText(child.stdio[1], options.onStdout);
  readText(child.stdio[2], options.onStderr);
  if (options.onStatus) readText(child.stdio[3 + inputs.length], options.onStatus);
  try {
    await options.beforeInputs?.(pid);
  } catch (error) {
    child.kill("SIGKILL");
    await exited;
    throw error;
  }
  for (const [at, bytes] of inputs.entries()) writeAll(child.stdio[3 + at], bytes);
  writeAll(child.stdin, options.stdin);
  return {
    pid,
    exited,
    ended,
    closeOutput() {
      child.stdout?.destroy();
      child.stderr?.destroy();
    },
  };
}

function spawnCovered(options: AgentProcessOptions): ChildProcess {
  const own = 3 + (options.inputs?.length ?? 0) + (options.onStatus ? 1 : 0);
  const nothing = openSync("/dev/null", "r+");
  try {
    return spawn(options.file, options.args, {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: [...Array.from({ length: own }, () => "pipe" as const), ...covered(own, nothing)],
      ...options.identity,
    });
  } finally {
    closeSync(nothing);
  }
}

/** For the descriptors from `first` on: /dev/null over each that the program would inherit, the others left closed. */
function covered(first: number, nothing: number): (number | "ignore")[] {
  const inherited = new Set(inheritedDescriptors());
  const last = Math.max(first - 1, ...inherited);
  return Array.from({ length: last - first + 1 }, (_, at) =>
    inherited.has(first + at) ? nothing : "ignore",
  );
}

function readText(stream: unknown, onChunk: (chunk: string) => void): void {
  if (!(stream instanceof Duplex)) throw new Error("a piped descriptor has no stream");
  stream.setEncoding("utf8").on("data", onChunk);
  // A stream that breaks off ends; what the program did is told by its exit.
  stream.on("error", () => undefined);
}

function writeAll(stream: unknown, bytes: string | Uint8Array): void {
  if (!(stream instanceof Duplex)) throw new Error("a piped descriptor has no stream");
  // Whether a program reads its input to the end is its own affair (EPIPE).
  stream.on("error", () => undefined);
  stream.end(bytes);
}
