// A long-running program in a process group of its own, whose output is never held in memory.
import { execa } from "execa";

export interface AgentProcessOptions {
  file: string;
  args: readonly string[];
  cwd: string;
  /** The whole environment: nothing is inherited. */
  env: Record<string, string>;
  stdin: string;
  onStdout: (chunk: string) => void;
  onStderr: (chunk: string) => void;
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
  ended: Promise<unknown>;
  /** Stops reading, whoever still holds the output open. */
  closeOutput(): void;
}

/** Starts the program as leader of a new session, so that its group can be signalled. Throws when it can't. */
export async function startAgentProcess(options: AgentProcessOptions): Promise<AgentProcess> {
  const child = execa(options.file, options.args, {
    cwd: options.cwd,
    env: options.env,
    extendEnv: false,
    detached: true,
    cleanup: false,
    buffer: false,
    reject: false,
    encoding: "utf8",
    input: options.stdin,
  });
  child.stdout.setEncoding("utf8").on("data", options.onStdout);
  child.stderr.setEncoding("utf8").on("data", options.onStderr);
  if (child.pid === undefined) {
    const result = await child;
    throw new Error(`starting ${options.file}`, {
      cause: result.cause ?? new Error(result.shortMessage ?? "no such program"),
    });
  }
  const exited = new Promise<Exit>((resolve) => {
    child.nodeChildProcess.once("exit", (code, signal) => {
      resolve({ exitCode: code ?? undefined, signal: signal ?? undefined });
    });
  });
  const ended = (async () => child)();
  return {
    pid: child.pid,
    exited,
    ended,
    closeOutput() {
      child.stdout.destroy();
      child.stderr.destroy();
    },
  };
}
