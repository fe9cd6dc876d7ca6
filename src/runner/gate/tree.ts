// A whole tree, as far as links and look-alikes need to know it.
import type { Git, GitCall } from "../../io/git.ts";
import { blobSizes, readBlobs } from "../../io/git-objects.ts";
import { maxListBytes, shownName } from "./changes.ts";

export interface Tree {
  /** Files, links and submodules, in git's order. */
  paths: string[];
  folders: Set<string>;
  /** Path → target of each symbolic link; undefined for a target longer than any system takes. */
  links: Map<string, string | undefined>;
  /** Paths that are there twice. */
  doubled: string[];
}

/** PATH_MAX (limits.h) on Linux. */
const maxTargetBytes = 4096;

/** Reads a tree's names and the targets of its links (git-ls-tree(1)). */
export async function readTree(git: Git, call: GitCall, tree: string): Promise<Tree> {
  const args = ["ls-tree", "-r", "-z", "--full-tree", tree];
  const { stdout } = await git(args, { ...call, maxOutputBytes: maxListBytes });
  const paths: string[] = [];
  const folders = new Set<string>();
  const doubled: string[] = [];
  const shaOf = new Map<string, string>();
  for (let start = 0; start < stdout.length;) {
    const tab = stdout.indexOf(0x09, start);
    const end = stdout.indexOf(0, start);
    if (tab === -1 || end === -1) break;
    const path = shownName(stdout.subarray(tab + 1, end));
    if (path === paths.at(-1)) doubled.push(path);
    addFolders(folders, path);
    paths.push(path);
    if (stdout.toString("latin1", start, start + 6) === "120000") {
      shaOf.set(path, stdout.toString("latin1", start, tab).split(" ")[2] ?? "");
    }
    start = end + 1;
  }
  doubled.push(...paths.filter((path) => folders.has(path)));
  return { paths, folders, links: await readTargets(git, call, shaOf), doubled };
}

function addFolders(folders: Set<string>, path: string): void {
  for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
    const folder = path.slice(0, slash);
    if (folders.has(folder)) return;
    folders.add(folder);
  }
}

async function readTargets(
  git: Git,
  call: GitCall,
  shaOf: ReadonlyMap<string, string>,
): Promise<Map<string, string | undefined>> {
  const targets = new Map<string, string>();
  const sizes = await blobSizes(git, call, [...new Set(shaOf.values())]);
  const readable = sizes.filter((blob) => blob.size <= maxTargetBytes);
  for await (const { sha, content } of readBlobs(git, call, readable)) targets.set(sha, shownName(content));
  return new Map([...shaOf].map(([path, sha]) => [path, targets.get(sha)]));
}
