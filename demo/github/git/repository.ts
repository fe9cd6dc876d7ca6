// A bare repository: the only truth about content. Reading and writing objects and refs by git plumbing.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { updateHook } from "./workflow-guard.ts";
import { type GitCall, runGit } from "./run.ts";

export interface Identity {
  name: string;
  email: string;
  /** ISO 8601. */
  date: string;
}

export interface TreeEntry {
  mode: string;
  type: "blob" | "tree" | "commit";
  sha: string;
  size: number | null;
  path: string;
}

/** A tree change: `sha` null removes the path. */
export interface TreeChange {
  path: string;
  mode: string;
  type: string;
  sha: string | null;
}

export type GitRepository = ReturnType<typeof openRepository>;

const zero = "0".repeat(40);

/** The other side of a local fetch drops our environment, and with it the trust in folders of other owners. */
const fetch = ["fetch", "--quiet", "--upload-pack=git -c safe.directory=* upload-pack"];

/** Creates an empty bare repository as GitHub would serve it. */
export async function initRepository(dir: string, defaultBranch: string): Promise<GitRepository> {
  await mkdir(dir, { recursive: true });
  await runGit(dir, ["init", "--quiet", "--bare", `--initial-branch=${defaultBranch}`, "."]);
  const settings = {
    "http.receivepack": "true",
    "uploadpack.allowFilter": "true",
    "uploadpack.allowAnySHA1InWant": "true",
    "receive.hideRefs": "refs/pull",
    "receive.advertisePushOptions": "true",
  };
  for (const [key, value] of Object.entries(settings)) await runGit(dir, ["config", key, value]);
  await writeFile(join(dir, "hooks", "update"), updateHook, { mode: 0o755 });
  return openRepository(dir);
}

/** The functions of the repository in `dir`. Each throws GitError when git refuses. */
export function openRepository(dir: string) {
  const git = (args: readonly string[], call?: GitCall) => runGit(dir, args, call);
  const text = async (args: readonly string[], call?: GitCall) =>
    (await git(args, call)).stdout.toString("utf8");
  const line = async (args: readonly string[], call?: GitCall) => (await text(args, call)).trim();

  async function importFrom(source: string): Promise<void> {
    await git([...fetch, source, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"]);
  }

  /** Takes the commit that is checked out there as a branch: a detached HEAD has none of its own. */
  async function importHead(source: string, branch: string): Promise<void> {
    await git([...fetch, source, `+HEAD:refs/heads/${branch}`]);
  }

  /** Names and object ids of all refs below `prefix`. */
  async function refs(prefix: string): Promise<Map<string, string>> {
    const out = await line(["for-each-ref", "--format=%(refname) %(objectname)", prefix]);
    const pairs = out.split("\n").filter(Boolean);
    return new Map(
      pairs.map((pair) => [pair.slice(0, pair.indexOf(" ")), pair.slice(pair.indexOf(" ") + 1)]),
    );
  }

  /** The object that `name` means, or null. `type` peels: "commit", "tree", "blob", "object". */
  async function resolve(name: string, type = "commit"): Promise<string | null> {
    if (name.startsWith("-") || name === "") return null;
    const call = { okExitCodes: [1, 128] };
    const { exitCode, stdout } = await git(["rev-parse", "--verify", "--quiet", `${name}^{${type}}`], call);
    return exitCode === 0 ? stdout.toString("utf8").trim() : null;
  }

  async function blob(sha: string): Promise<Buffer> {
    return (await git(["cat-file", "blob", sha])).stdout;
  }

  async function tree(sha: string, recursive: boolean, path?: string): Promise<TreeEntry[]> {
    const options = recursive ? ["-r", "-t"] : [];
    const out = await text(["ls-tree", "-z", "--long", ...options, sha, ...(path ? ["--", path] : [])]);
    return out
      .split("\0")
      .filter(Boolean)
      .map((record) => {
        const [meta, name] = splitOnce(record, "\t");
        const [mode = "", type = "", object = "", size = "-"] = meta.split(/ +/);
        return {
          mode,
          type: type === "tree" || type === "commit" ? type : "blob",
          sha: object,
          size: size === "-" ? null : Number(size),
          path: name,
        };
      });
  }

  async function writeBlob(content: Uint8Array): Promise<string> {
    return line(["hash-object", "-w", "--stdin"], { input: content });
  }

  /** Applies changes to `base` (null: the empty tree) and returns the new tree. */
  async function writeTree(base: string | null, changes: readonly TreeChange[]): Promise<string> {
    const index = join(dir, `index.${crypto.randomUUID()}`);
    const env = { GIT_INDEX_FILE: index };
    try {
      await git(base === null ? ["read-tree", "--empty"] : ["read-tree", base], { env });
      const trees = changes.filter((change) => change.type === "tree" && change.sha !== null);
      const records = changes
        .filter((change) => !trees.includes(change))
        .map(({ mode, sha, path }) => (sha === null ? `0 ${zero}\t${path}\0` : `${mode} ${sha}\t${path}\0`));
      await git(["update-index", "-z", "--index-info"], { env, input: records.join("") });
      for (const change of trees)
        await git(["read-tree", `--prefix=${change.path}/`, change.sha ?? ""], { env });
      return await line(["write-tree"], { env });
    } finally {
      await rm(index, { force: true });
    }
  }

  async function writeCommit(commit: {
    tree: string;
    parents: readonly string[];
    message: string;
    author: Identity;
    committer: Identity;
  }): Promise<string> {
    const env = {
      GIT_AUTHOR_NAME: commit.author.name,
      GIT_AUTHOR_EMAIL: commit.author.email,
      GIT_AUTHOR_DATE: commit.author.date,
      GIT_COMMITTER_NAME: commit.committer.name,
      GIT_COMMITTER_EMAIL: commit.committer.email,
      GIT_COMMITTER_DATE: commit.committer.date,
    };
    const parents = commit.parents.flatMap((parent) => ["-p", parent]);
    return line(["commit-tree", commit.tree, ...parents], { env, input: commit.message });
  }

  /** Sets, or with null deletes, one ref, only if it still is `before` (null: must not exist). */
  async function setRef(ref: string, after: string | null, before?: string | null): Promise<void> {
    const old = before === undefined ? [] : [before ?? zero];
    await git(after === null ? ["update-ref", "-d", ref, ...old] : ["update-ref", ref, after, ...old]);
  }

  async function isAncestor(older: string, newer: string): Promise<boolean> {
    const call = { okExitCodes: [1] };
    return (await git(["merge-base", "--is-ancestor", older, newer], call)).exitCode === 0;
  }

  async function mergeBase(left: string, right: string): Promise<string | null> {
    const { exitCode, stdout } = await git(["merge-base", left, right], { okExitCodes: [1] });
    return exitCode === 0 ? stdout.toString("utf8").trim() : null;
  }

  /** The merged tree of two commits, or null when they conflict (git-merge-tree(1), --write-tree). */
  async function mergedTree(ours: string, theirs: string): Promise<string | null> {
    const { exitCode, stdout } = await git(["merge-tree", "--write-tree", ours, theirs], {
      okExitCodes: [1],
    });
    return exitCode === 0 ? stdout.toString("utf8").trim() : null;
  }

  /** Brings a commit of another repository, a fork, in under `ref`. */
  async function borrow(from: string, sha: string, ref: string): Promise<void> {
    await git(["fetch", "--quiet", "--no-tags", from, `+${sha}:${ref}`]);
  }

  return {
    dir,
    git,
    text,
    line,
    importFrom,
    importHead,
    refs,
    resolve,
    blob,
    tree,
    writeBlob,
    writeTree,
    writeCommit,
    setRef,
    isAncestor,
    mergeBase,
    mergedTree,
    borrow,
  };
}

function splitOnce(value: string, separator: string): [string, string] {
  const at = value.indexOf(separator);
  return at < 0 ? [value, ""] : [value.slice(0, at), value.slice(at + separator.length)];
}
