// A real origin on disk, and the changes that an agent could have made to it.
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGit, type Git, type GitCall, line } from "../../src/io/git.ts";
import { createMirrors, type Mirrors, rawAttributes } from "../../src/io/mirror.ts";
import { repository } from "./job.ts";

export interface Change {
  patch: Buffer;
  tree: string;
  sha256: string;
}

export interface GitWorld {
  git: Git;
  mirrors: Mirrors;
  origin: string;
  /** The repository at the origin. */
  url: string;
  /** The bare repository that stands for GitHub's. */
  remote: GitCall;
  baseSha: string;
  workRoot: string;
  /** What is left in the folder for temporary files. */
  leftovers(): Promise<string[]>;
  /** The gated change that `edit` makes to the base. */
  change(edit: (tree: string, git: (...args: string[]) => Promise<string>) => Promise<void>): Promise<Change>;
  /** The commit of a branch at the origin. */
  head(branch: string): Promise<string | undefined>;
  remove(): Promise<void>;
}

const identity = { name: "Ann", email: "ann@example.com", dateSec: 1_700_000_000 };

/** `fill` writes the files of the base commit. */
export async function createGitWorld(fill: (tree: string) => Promise<void>): Promise<GitWorld> {
  const root = await mkdtemp(join(tmpdir(), "patchbay-publisher-"));
  const home = join(root, "home");
  const remoteDir = join(root, "origin", repository.owner, `${repository.name}.git`);
  const workRoot = join(root, "work");
  await mkdir(home);
  await mkdir(remoteDir, { recursive: true });
  const plain = createGit({ path: process.env["PATH"] ?? "", home, allowHttp: false });
  // The seam: what is https in real life is a folder here.
  const git: Git = (args, call) => plain(args, { ...call, allowFile: true });
  const remote: GitCall = { gitDir: remoteDir };
  await git(["init", "--quiet", "--bare", "--initial-branch=main", remoteDir], remote);
  await mkdir(join(remoteDir, "info"), { recursive: true });
  await writeFile(join(remoteDir, "info", "attributes"), rawAttributes);

  async function commitTree(edit: (tree: string) => Promise<void>, parent?: string): Promise<GitCall> {
    const scratch = await mkdtemp(join(root, "scratch-"));
    const call: GitCall = { ...remote, workTree: join(scratch, "tree"), indexFile: join(scratch, "index") };
    await mkdir(join(scratch, "tree"));
    if (parent !== undefined) await git(["read-tree", "--reset", "-u", parent], call);
    await edit(join(scratch, "tree"));
    await git(["add", "--all", "."], call);
    return call;
  }

  const first = await commitTree(fill);
  const tree = line(await git(["write-tree"], first));
  const baseSha = line(await git(["commit-tree", tree, "-m", "base"], { ...remote, identity }));
  await git(["update-ref", "refs/heads/main", baseSha], remote);
  const origin = `file://${join(root, "origin")}/`;

  return {
    git,
    mirrors: createMirrors({ root: join(root, "mirrors"), git }),
    origin,
    url: remoteDir,
    remote,
    baseSha,
    workRoot,
    leftovers: () => readdir(workRoot).catch(() => []),
    async change(edit) {
      const call = await commitTree(async (folder) => {
        await edit(folder, async (...args) => line(await git(args, { ...remote, workTree: folder })));
      }, baseSha);
      const changed = line(await git(["write-tree"], call));
      const diff = [
        "diff-tree",
        "-r",
        "-p",
        "--binary",
        "--full-index",
        "-M",
        "--no-ext-diff",
        "--no-textconv",
      ];
      const patch = (await git([...diff, baseSha, changed], remote)).stdout;
      return { patch, tree: changed, sha256: createHash("sha256").update(patch).digest("hex") };
    },
    async head(branch) {
      const found = await git(["rev-parse", "--verify", "--quiet", `refs/heads/${branch}`], {
        ...remote,
        okExitCodes: [1],
      });
      return found.exitCode === 0 ? line(found) : undefined;
    },
    remove: () => rm(root, { recursive: true, force: true }),
  };
}
