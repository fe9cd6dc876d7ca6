// What it is to run an agent's program for one step, whatever keeps it in.

/** One process to start: never through a shell. */
export interface Command {
  /** A name to be looked up in PATH, or an absolute path. */
  binary: string;
  args: string[];
  env: Record<string, string>;
  stdin: string;
  homeFiles: { path: string; content: string | Uint8Array }[];
}

export interface LaunchOptions {
  /** Every process of the step carries this, so that none can outlive it: `<job_id>/<step_id>`. */
  marker: string;
  /** Folders of this machine; `Sandbox.seen` says under which names the program finds them. */
  workspace: string;
  home: string;
  timeoutMs: number;
  /** No output for this long ends the program as stalled. */
  stallMs: number;
  signal: AbortSignal;
  onLine: (line: string) => void;
  onOutput: (stream: "stdout" | "stderr", chunk: string) => void;
  /** Planner, reviewer: the workspace can only be read. */
  readOnly: boolean;
  /** Folder with the step's sockets `egress.sock` and `model.sock`, or one of them; undefined: no network at all. */
  doors: string | undefined;
}

export interface End {
  exitCode: number | undefined;
  signal: string | undefined;
  /** Why it was ended from outside, or which limit it ran into. */
  ended: "timeout" | "stalled" | "cancelled" | "output" | "memory" | "pids" | undefined;
  /** The last 4,000 characters of stderr. */
  stderrTail: string;
}

/**
 * Runs the program to its end. Whatever happens to it, the promise resolves only when nothing of what it started is
 * left; it rejects when the program can't be started, with a UserError when a person can mend that.
 */
export type Launcher = (command: Command, options: LaunchOptions) => Promise<End>;
