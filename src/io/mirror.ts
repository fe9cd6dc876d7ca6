// One bare mirror per repository: what was fetched once is not fetched again.
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Repository } from "../job/job-spec.ts";
import { UserError, TransientError, explain } from "../errors.ts";
import { ExecError } from "./exec.ts";
import type { Git, GitAuth } from "./git.ts";

/**
 * Bytes as they are in the repository: no conversion, no filter, no driver (gitattributes(5)). What is binary is told
 * by its content, whatever the repository says: else a patch could be full of bytes that nobody can read.
 */
export const rawAttributes = "* -text !eol -ident !filter !working-tree-encoding !diff !merge\n";

export interface Mirrors {
  /** The folder of the repository's bare mirror. */
  pathOf(repository: Repository): string;
  /**
   * Brings the commit `sha` with its history and pins it for the job, so that no cleaning breaks it. Asks the
   * network for nothing that is already here. Throws UserError when the commit or the repository is gone,
   * TransientError when the network or GitHub is not well.
   */
  fetch(
    repository: Repository,
    sha: string,
    jobId: string,
    auth: GitAuth,
    signal?: AbortSignal,
  ): Promise<string>;
  /** The same for a repository that lies on this machine. Throws UserError when it doesn't have the commit. */
  fetchLocal(folder: string, sha: string, jobId: string, signal?: AbortSignal): Promise<string>;
}

/** `root` is var/mirrors. */
export function createMirrors(options: { root: string; git: Git }): Mirrors {
  const { git } = options;
  const making = new Map<string, Promise<void>>();

  function pathOf(repository: Repository): string {
    const host = repository.host.replace(":", "_").toLowerCase();
    return join(options.root, host, repository.owner.toLowerCase(), `${repository.name.toLowerCase()}.git`);
  }

  async function make(path: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    await git(["init", "--quiet", "--bare", "--template=", path], { gitDir: path });
    await mkdir(join(path, "info"), { recursive: true });
    await writeFile(join(path, "info", "attributes"), rawAttributes);
  }

  function ready(path: string): Promise<void> {
    let made = making.get(path);
    if (!made) {
      made = make(path);
      making.set(path, made);
      made.catch(() => making.delete(path));
    }
    return made;
  }

  return {
    pathOf,

    async fetch(repository, sha, jobId, auth, signal) {
      const path = pathOf(repository);
      await ready(path);
      const present = await git(["cat-file", "-e", `${sha}^{commit}`], {
        gitDir: path,
        okExitCodes: [1, 128],
        signal,
      });
      if (present.exitCode === 0) {
        await git(["update-ref", `refs/jobs/${jobId}`, sha], { gitDir: path, signal });
        return path;
      }
      try {
        await git(
          ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", auth.url, `+${sha}:refs/jobs/${jobId}`],
          { gitDir: path, auth, timeoutMs: 900_000, signal },
        );
      } catch (cause) {
        throw fetchError(`fetching ${sha.slice(0, 12)} of ${repository.owner}/${repository.name}`, cause);
      }
      return path;
    },

    async fetchLocal(folder, sha, jobId, signal) {
      const name = createHash("sha256").update(folder).digest("hex").slice(0, 32);
      const path = join(options.root, "local", `${name}.git`);
      await ready(path);
      const refspec = `+${sha}:refs/jobs/${jobId}`;
      try {
        await git(
          ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--update-shallow", folder, refspec],
          {
            gitDir: path,
            allowFile: true,
            timeoutMs: 900_000,
            signal,
          },
        );
      } catch (cause) {
        throw new UserError(`reading ${sha.slice(0, 12)} from ${folder}: ${explain(cause)}`, { cause });
      }
      return path;
    },
  };
}

/** git's complaint about a remote, as a person's task or as something that may pass. */
export function fetchError(action: string, cause: unknown): Error {
  if (!(cause instanceof ExecError)) return new Error(action, { cause });
  if (/not our ref|couldn't find remote ref|unadvertised object/.test(cause.stderr)) {
    return new UserError(`${action}: GitHub no longer has that commit; ask again to use the current one`, {
      cause,
      code: "github",
    });
  }
  if (/error: 40[134]|Authentication failed|not found/i.test(cause.stderr)) {
    return new UserError(
      `${action}: GitHub refused; check that the App is still installed on the repository and may read its contents`,
      { cause, code: "github" },
    );
  }
  return new TransientError(`${action}: ${explain(cause)}`, { cause });
}
