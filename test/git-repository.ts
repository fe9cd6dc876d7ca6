// Real repositories for tests, made with git's own commands.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "../src/io/exec.ts";

export interface TestRepository {
  path: string;
  /** Runs git in the repository and returns its output, trimmed. */
  git(...args: string[]): Promise<string>;
  write(files: Record<string, string | Uint8Array>): Promise<void>;
  /** Commits everything and returns the SHA. */
  commit(message: string): Promise<string>;
}

/** A repository with a branch `main` and no commits. */
export async function createRepository(path: string): Promise<TestRepository> {
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: path,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: "Ada",
    GIT_AUTHOR_EMAIL: "ada@example.com",
    GIT_COMMITTER_NAME: "Ada",
    GIT_COMMITTER_EMAIL: "ada@example.com",
  };
  async function git(...args: string[]): Promise<string> {
    return (await run("git", args, { cwd: path, env, timeoutMs: 60_000 })).stdout.toString("utf8").trim();
  }
  await mkdir(path, { recursive: true });
  await git("init", "--quiet", "--initial-branch=main");
  return {
    path,
    git,
    async write(files) {
      for (const [name, content] of Object.entries(files)) {
        await mkdir(dirname(join(path, name)), { recursive: true });
        await writeFile(join(path, name), content);
      }
    },
    async commit(message) {
      await git("add", "--all");
      await git("commit", "--quiet", "--message", message);
      return git("rev-parse", "HEAD");
    },
  };
}
