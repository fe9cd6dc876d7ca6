// The only door to other programs: never a shell, never the caller's environment.
import { execa, ExecaError } from "execa";

export interface RunOptions {
  cwd?: string;
  /** The whole environment of the program: nothing is inherited. */
  env: Record<string, string>;
  input?: string | Uint8Array;
  timeoutMs: number;
  /** More output than this is an error. */
  maxOutputBytes?: number;
  signal?: AbortSignal | undefined;
  /** A program, with its arguments, that sets limits and then becomes this one, such as prlimit(1). */
  within?: readonly string[] | undefined;
  /** Exit codes that are an answer and not a failure; 0 is always one. */
  okExitCodes?: readonly number[];
}

export interface RunResult {
  exitCode: number;
  stdout: Buffer;
  stderr: string;
}

/** What a failed run leaves behind: facts, for whoever decides what they mean. */
export class ExecError extends Error {
  override readonly name = "ExecError";
  readonly exitCode: number | undefined;
  readonly stderr: string;
  readonly timedOut: boolean;
  readonly missing: boolean;
  readonly tooMuchOutput: boolean;
  constructor(
    message: string,
    facts: { exitCode: number | undefined; stderr: string } & Record<
      "timedOut" | "missing" | "tooMuchOutput",
      boolean
    >,
    options: ErrorOptions,
  ) {
    super(message, options);
    this.exitCode = facts.exitCode;
    this.stderr = facts.stderr;
    this.timedOut = facts.timedOut;
    this.missing = facts.missing;
    this.tooMuchOutput = facts.tooMuchOutput;
  }
}

/**
 * Runs a short program of ours to its end and returns its output as bytes.
 *
 * Throws ExecError when it cannot be started, ends with another exit code than 0 or `okExitCodes`, runs out
 * of time, writes too much, or `signal` aborts.
 */
export async function run(file: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  try {
    const [first = file, ...rest] = [...(options.within ?? []), file, ...args];
    const result = await execa(first, rest, {
      cwd: options.cwd ?? "/",
      env: options.env,
      extendEnv: false,
      encoding: "buffer",
      stripFinalNewline: false,
      timeout: options.timeoutMs,
      forceKillAfterDelay: 2000,
      maxBuffer: options.maxOutputBytes ?? 64 * 1024 * 1024,
      ...(options.input === undefined ? { stdin: "ignore" as const } : { input: options.input }),
      ...(options.signal ? { cancelSignal: options.signal } : {}),
    });
    return { exitCode: 0, stdout: Buffer.from(result.stdout), stderr: text(result.stderr) };
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    const stderr = text(error.stderr);
    if (
      error.exitCode !== undefined &&
      options.okExitCodes?.includes(error.exitCode) === true &&
      !error.isTerminated
    ) {
      return { exitCode: error.exitCode, stdout: bytes(error.stdout), stderr };
    }
    const facts = {
      exitCode: error.exitCode,
      stderr,
      timedOut: error.timedOut,
      missing: error.code === "ENOENT",
      tooMuchOutput: error.isMaxBuffer,
    };
    throw new ExecError(describe(file, facts), facts, { cause: options.signal?.reason ?? undefined });
  }
}

function describe(
  file: string,
  facts: Pick<ExecError, "exitCode" | "stderr" | "timedOut" | "missing" | "tooMuchOutput">,
): string {
  if (facts.missing) return `starting ${file}: no such program`;
  if (facts.timedOut) return `running ${file}: out of time`;
  if (facts.tooMuchOutput) return `running ${file}: more output than allowed`;
  const end = facts.stderr.trim().split("\n").slice(-5).join("\n").slice(-2000);
  const how = facts.exitCode === undefined ? "was ended" : `exit code ${facts.exitCode}`;
  return `running ${file}: ${how}${end === "" ? "" : `: ${end}`}`;
}

function bytes(output: unknown): Buffer {
  return output instanceof Uint8Array ? Buffer.from(output) : Buffer.alloc(0);
}

function text(output: unknown): string {
  return bytes(output).toString("utf8");
}
