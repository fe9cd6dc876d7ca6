// Trusted git: an environment built from nothing, so that no file which an agent or a repository wrote decides
// what is executed (git-config(1), gitattributes(5)).
import { ExecError, run, type RunOptions } from "./exec.ts";

export interface GitAuth {
  /** The scheme and host that the token may be sent to, such as `https://github.com/`. */
  origin: string;
  token: string;
  /** The repository's address under the name that it has now. */
  url: string;
}

export interface GitCall {
  gitDir: string;
  workTree?: string;
  indexFile?: string;
  /** New objects are written here instead of into `gitDir`. */
  objectDirectory?: string;
  /** Object stores that are read besides. */
  alternates?: readonly string[];
  /** Reaches git in its environment only, and is sent to that origin only. */
  auth?: GitAuth;
  /** For a fetch from a mirror on this machine. */
  allowFile?: boolean;
  /** Fixed names and times make a repeated commit have the same SHA. */
  identity?: { name: string; email: string; dateSec: number };
  input?: string | Uint8Array;
  timeoutMs?: number;
  maxOutputBytes?: number;
  okExitCodes?: readonly number[];
  signal?: AbortSignal | undefined;
}

export interface GitOutput {
  exitCode: number;
  stdout: Buffer;
  stderr: string;
}

/** Runs one git command. Throws ExecError with git's own words. */
export type Git = (args: readonly string[], call: GitCall) => Promise<GitOutput>;

const safeConfig: readonly [string, string][] = [
  ["core.hooksPath", "/dev/null"],
  ["core.fsmonitor", "false"],
  ["core.protectHFS", "true"],
  ["core.protectNTFS", "true"],
  ["core.quotePath", "false"],
  ["core.untrackedCache", "false"],
  ["protocol.allow", "never"],
  ["protocol.https.allow", "always"],
  ["safe.bareRepository", "explicit"],
  ["safe.directory", "*"],
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  ["credential.helper", ""],
  ["http.followRedirects", "false"],
  ["http.lowSpeedLimit", "1000"],
  ["http.lowSpeedTime", "60"],
  ["fetch.fsckObjects", "true"],
  // Larger files pass through in pieces, and packs are looked at through windows: git-config(1).
  ["core.bigFileThreshold", "32m"],
  ["core.packedGitWindowSize", "32m"],
  ["core.packedGitLimit", "256m"],
  ["pack.windowMemory", "256m"],
  ["pack.threads", "1"],
  ["submodule.recurse", "false"],
  ["advice.detachedHead", "false"],
];

/**
 * A git that trusts nothing. `home` is an empty folder; `allowHttp` opens plain http, which only a stand-in on
 * this machine needs; `memoryBytes` is what each process may have for its data (prlimit(1), RLIMIT_DATA): a pack of some
 * kilobytes can hold gigabytes. A call throws ExecError; out of time or of memory, it says by which setting there is more.
 */
export function createGit(options: {
  path: string;
  home: string;
  allowHttp: boolean;
  memoryBytes?: number | undefined;
}): Git {
  const { memoryBytes } = options;
  const within =
    memoryBytes === undefined ? undefined : ["prlimit", `--data=${memoryBytes}:${memoryBytes}`, "--"];
  return async (args, call) => {
    const config = [...safeConfig];
    if (options.allowHttp) config.push(["protocol.http.allow", "always"]);
    if (call.allowFile === true) config.push(["protocol.file.allow", "always"]);
    if (call.auth) {
      const basic = Buffer.from(`x-access-token:${call.auth.token}`).toString("base64");
      config.push([`http.${call.auth.origin}.extraHeader`, `Authorization: Basic ${basic}`]);
    }
    const env: Record<string, string> = {
      PATH: options.path,
      HOME: options.home,
      LC_ALL: "C",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_ATTR_NOSYSTEM: "1",
      GIT_TERMINAL_PROMPT: "0",
      GIT_OPTIONAL_LOCKS: "0",
      GIT_DIR: call.gitDir,
      GIT_CONFIG_COUNT: String(config.length),
    };
    for (const [index, [key, value]] of config.entries()) {
      env[`GIT_CONFIG_KEY_${index}`] = key;
      env[`GIT_CONFIG_VALUE_${index}`] = value;
    }
    if (call.workTree !== undefined) env["GIT_WORK_TREE"] = call.workTree;
    if (call.indexFile !== undefined) env["GIT_INDEX_FILE"] = call.indexFile;
    if (call.objectDirectory !== undefined) env["GIT_OBJECT_DIRECTORY"] = call.objectDirectory;
    if (call.alternates) env["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = call.alternates.join(":");
    if (call.identity) Object.assign(env, identityVariables(call.identity));
    const runOptions: RunOptions = {
      within,
      cwd: call.workTree ?? options.home,
      env,
      timeoutMs: call.timeoutMs ?? 120_000,
      signal: call.signal,
    };
    if (call.input !== undefined) runOptions.input = call.input;
    if (call.maxOutputBytes !== undefined) runOptions.maxOutputBytes = call.maxOutputBytes;
    if (call.okExitCodes) runOptions.okExitCodes = call.okExitCodes;
    try {
      return await run("git", args, runOptions);
    } catch (error) {
      if (!(error instanceof ExecError)) throw error;
      throw new ExecError(withRemedy(error, args), error, { cause: error.cause });
    }
  };
}

/** The error's message with the command's name and what the operator can do, where that is known. */
function withRemedy(error: ExecError, [verb = ""]: readonly string[]): string {
  const message = error.message.replace("running git:", `running git ${verb}:`);
  if (error.timedOut)
    return `${message}; the repository may be too large for this machine, or its disk too slow`;
  if (!/out of memory|cannot allocate|unable to (?:allocate|create thread)|malloc failed/i.test(error.stderr))
    return message;
  return `${message}\nIt may use no more memory than GIT_MEMORY_BYTES allows; if the repository is to be trusted, raise that.`;
}

/** git's output as one line of text, such as an object name. */
export function line(output: GitOutput): string {
  return output.stdout.toString("utf8").trim();
}

function identityVariables(identity: NonNullable<GitCall["identity"]>): Record<string, string> {
  const date = `@${identity.dateSec} +0000`;
  return {
    GIT_AUTHOR_NAME: identity.name,
    GIT_AUTHOR_EMAIL: identity.email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: identity.name,
    GIT_COMMITTER_EMAIL: identity.email,
    GIT_COMMITTER_DATE: date,
  };
}
