// One door to git: an environment built from nothing, no shell.
import { spawn } from "node:child_process";

export interface GitCall {
  input?: string | Uint8Array | undefined;
  env?: Record<string, string>;
  okExitCodes?: readonly number[];
}

export interface GitOutput {
  exitCode: number;
  stdout: Buffer;
}

/** git's complaint, with its exit code. */
class GitError extends Error {
  override readonly name = "GitError";
  readonly exitCode: number | null;
  readonly stderr: string;
  constructor(args: readonly string[], exitCode: number | null, stderr: string) {
    super(`git ${args.slice(0, 2).join(" ")}: ${stderr.trim()}`);
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

/** The environment of every git that the stand-in starts: none of the caller's configuration. */
export function gitEnvironment(): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
    HOME: "/nonexistent",
    LC_ALL: "C.UTF-8",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_CONFIG_COUNT: "3",
    GIT_CONFIG_KEY_0: "safe.directory",
    GIT_CONFIG_VALUE_0: "*",
    GIT_CONFIG_KEY_1: "gc.auto",
    GIT_CONFIG_VALUE_1: "0",
    GIT_CONFIG_KEY_2: "core.quotePath",
    GIT_CONFIG_VALUE_2: "false",
  };
}

/** Runs git in `cwd`. Throws GitError unless it ends with 0 or one of `okExitCodes`. */
export function runGit(cwd: string, args: readonly string[], call: GitCall = {}): Promise<GitOutput> {
  return new Promise((resolve, reject) => {
    const child = spawn("git", args, { cwd, env: { ...gitEnvironment(), ...call.env } });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      const ok = code === 0 || (code !== null && (call.okExitCodes ?? []).includes(code));
      if (ok) resolve({ exitCode: code, stdout: Buffer.concat(out) });
      else reject(new GitError(args, code, Buffer.concat(err).toString("utf8")));
    });
    // A git that ends early closes its input: its exit code tells, the broken pipe does not matter.
    child.stdin.on("error", () => undefined);
    child.stdin.end(call.input);
  });
}
