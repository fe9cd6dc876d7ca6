// What tells agents' programs what to do and what to run, on a pull request: its branch's versions are a stranger's word
// until they are merged. An agent sees those of the commit into which the pull request goes; its change leaves the branch's
// own untouched.
import { join } from "node:path";
import type { Git, GitCall } from "../io/git.ts";
import { line } from "../io/git.ts";
import { agentConfigurationPaths } from "../job/protected-paths.ts";
import { maxListBytes, shownName } from "./gate/changes.ts";
import { createProtectedPaths } from "./gate/protected-paths.ts";
import type { Workspace } from "./workspace.ts";

const isConfiguration = createProtectedPaths(agentConfigurationPaths);
/** Paths as latin1, so that each byte of a name is kept → `<mode> <type> <sha>`. */
type Entries = Map<string, string>;

export interface SeenTree {
  /** The tree that agents see. */
  tree: string;
  /** Paths that are not as the branch has them. */
  replaced: string[];
}

/**
 * The tree `tree` with the configuration of `trusted`, a commit or tree; without one there is none of it at all. Nothing of
 * it is read or run here: entries of one tree are put into another (git-update-index(1), --index-info).
 */
export async function withTrustedConfiguration(
  git: Git,
  workspace: Workspace,
  { tree, trusted }: { tree: string; trusted: string | undefined },
): Promise<SeenTree> {
  const own = await configurationOf(git, workspace.call, tree);
  const wanted: Entries =
    trusted === undefined ? new Map() : await configurationOf(git, workspace.call, trusted);
  const replaced = [...new Set([...own.keys(), ...wanted.keys()])].filter(
    (path) => own.get(path) !== wanted.get(path),
  );
  if (replaced.length === 0) return { tree, replaced: [] };
  const changes = new Map(replaced.map((path) => [path, wanted.get(path)]));
  return { tree: await changed(git, workspace, tree, changes), replaced: replaced.map(shown) };
}

/**
 * The tree `result`, which an agent made of `seen`, as a change of `own`: configuration that the agent left as it saw it is
 * again as the branch has it. What the agent changed stays changed, for the gate to look at.
 */
export async function withOwnConfiguration(
  git: Git,
  workspace: Workspace,
  { own, seen, result }: { own: string; seen: string; result: string },
): Promise<string> {
  if (own === seen) return result;
  const [ownEntries, seenEntries, resultEntries] = await Promise.all(
    [own, seen, result].map((tree) => configurationOf(git, workspace.call, tree)),
  );
  if (!ownEntries || !seenEntries || !resultEntries) throw new Error("three trees have three lists");
  const changes = new Map<string, string | undefined>();
  for (const path of new Set([...ownEntries.keys(), ...seenEntries.keys()])) {
    const isUntouched = resultEntries.get(path) === seenEntries.get(path);
    if (isUntouched && ownEntries.get(path) !== seenEntries.get(path))
      changes.set(path, ownEntries.get(path));
  }
  return changes.size === 0 ? result : changed(git, workspace, result, changes);
}

async function configurationOf(git: Git, call: GitCall, tree: string): Promise<Entries> {
  const args = ["ls-tree", "-r", "-z", "--full-tree", tree];
  const { stdout } = await git(args, { ...call, maxOutputBytes: maxListBytes });
  const entries: Entries = new Map();
  for (let start = 0; start < stdout.length;) {
    const tab = stdout.indexOf(0x09, start);
    const end = stdout.indexOf(0, start);
    if (tab === -1 || end === -1) break;
    const name = stdout.subarray(tab + 1, end);
    if (isConfiguration(shownName(name)) !== undefined) {
      entries.set(name.toString("latin1"), stdout.toString("latin1", start, tab));
    }
    start = end + 1;
  }
  return entries;
}

/** `tree` with these entries in place of its own; undefined: without them. */
async function changed(
  git: Git,
  workspace: Workspace,
  tree: string,
  changes: ReadonlyMap<string, string | undefined>,
): Promise<string> {
  const call: GitCall = {
    ...workspace.call,
    indexFile: join(workspace.call.gitDir ?? "", "index.configuration"),
  };
  await git(["read-tree", tree], call);
  const removed = `0 ${"0".repeat(40)}`;
  // What goes is named first: a file may have to make room for a folder.
  const ordered = [...changes].toSorted(([, a], [, b]) => Number(a !== undefined) - Number(b !== undefined));
  const lines = ordered.map(([path, entry]) => {
    const [mode, , sha] = entry?.split(" ") ?? [];
    return `${mode === undefined ? removed : `${mode} ${sha ?? ""}`}\t${path}\0`;
  });
  await git(["update-index", "-z", "--index-info"], {
    ...call,
    input: Buffer.from(lines.join(""), "latin1"),
  });
  return line(await git(["write-tree"], call));
}

const shown = (path: string): string => shownName(Buffer.from(path, "latin1"));
