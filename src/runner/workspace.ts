// The isolated checkout in which the steps of one job work.
//
//   <root>/<job_id>/tree   what the agent sees and changes, with a disposable .git of its own
//   <root>/<job_id>/git    the trusted git directory: index, attributes and new objects; no agent sees it
//   <root>/<job_id>/homes/<step_id>   the HOME of that step's agent: no step finds what another left in its own
//   <root>/<job_id>/beside/<step_id>/{tree,index}   the checkout of a step that runs beside others
//
// Files are written as they are in the repository, without conversions, so that an untouched checkout gives an
// empty patch. Whatever an agent does to its own .git doesn't matter: nothing reads it.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Git, type GitCall, line } from "../io/git.ts";
import { rawAttributes } from "../io/mirror.ts";
import { removeTree } from "../io/remove-folder.ts";

export interface Workspace {
  jobId: string;
  tree: string;
  /** Where the step's HOME lies, or will. */
  homeOf(stepId: string): string;
  /** The step's HOME: empty, unless a session goes on that has its memory there. */
  openHome(stepId: string, options?: { keep: boolean }): Promise<string>;
  /** How trusted git is called on this workspace. */
  call: GitCall;
  /** The tree of the base commit. */
  baseTree: string;
  /** Makes the checkout anew from a git tree, whatever was there. */
  checkOut(tree: string, signal?: AbortSignal): Promise<void>;
  /**
   * Makes the checkout the git tree and leaves what git ignores there; its .git is made anew. The index is that of the last
   * snapshot.
   */
  goOn(tree: string, signal?: AbortSignal): Promise<void>;
  /** The same workspace with a checkout of its own, for a step that runs while others do. */
  beside(stepId: string): Promise<Workspace>;
  /** Removes the checkout; what was recorded of it stays. */
  leave(): Promise<void>;
}

export interface WorkspaceRequest {
  jobId: string;
  mirror: string;
  base: { ref: string; sha: string };
  signal?: AbortSignal | undefined;
}

/** Makes or finds the folders of a job's workspace; `checkOut` fills it. Objects of earlier steps are kept. */
export async function openWorkspace(
  options: { root: string; git: Git },
  request: WorkspaceRequest,
): Promise<Workspace> {
  const { git } = options;
  const folder = join(options.root, request.jobId);
  const gitDir = join(folder, "git");
  const tree = join(folder, "tree");
  const call: GitCall = {
    gitDir,
    workTree: tree,
    indexFile: join(gitDir, "index"),
    alternates: [join(request.mirror, "objects")],
    signal: request.signal,
  };

  await mkdir(tree, { recursive: true });
  await git(["init", "--quiet", "--bare", "--template=", gitDir], { gitDir, signal: request.signal });
  await mkdir(join(gitDir, "info"), { recursive: true });
  await writeFile(join(gitDir, "info", "attributes"), rawAttributes);
  const baseTree = line(await git(["rev-parse", `${request.base.sha}^{tree}`], call));

  return checkoutAt({ git, folder, request, call, baseTree }, { tree, indexFile: join(gitDir, "index") });
}

interface Opened {
  git: Git;
  folder: string;
  request: WorkspaceRequest;
  call: GitCall;
  baseTree: string;
}

/** The workspace with its checkout at one place. */
function checkoutAt(opened: Opened, { tree, indexFile }: { tree: string; indexFile: string }): Workspace {
  const { git, folder, request, baseTree } = opened;
  const call: GitCall = { ...opened.call, workTree: tree, indexFile };
  const homeOf = (stepId: string): string => join(folder, "homes", stepId);
  return {
    jobId: request.jobId,
    tree,
    homeOf,
    async openHome(stepId, { keep } = { keep: false }) {
      const home = homeOf(stepId);
      if (!keep) await removeTree(home);
      // The sandbox's user has to come through to its own.
      await mkdir(dirname(home), { recursive: true });
      await mkdir(home, { recursive: true, mode: 0o700 });
      return home;
    },
    // What is recorded of a job that was stopped is recorded after its signal.
    call: { ...call, signal: undefined },
    baseTree,
    async checkOut(wanted, signal) {
      await removeTree(tree);
      await rm(indexFile, { force: true });
      await mkdir(tree, { recursive: true });
      await git(["read-tree", "--reset", "-u", wanted], { ...call, signal, timeoutMs: 600_000 });
      await giveOwnGit({ git, tree, request, signal });
    },
    async goOn(wanted, signal) {
      const options = { ...call, signal, timeoutMs: 600_000 };
      await removeTree(join(tree, ".git"));
      await git(["read-tree", "--reset", "-u", wanted], options);
      await git(["clean", "-ffdq"], options);
      await giveOwnGit({ git, tree, request, signal });
    },
    async beside(stepId) {
      const place = join(folder, "beside", stepId);
      await mkdir(join(place, "tree"), { recursive: true });
      return checkoutAt(opened, { tree: join(place, "tree"), indexFile: join(place, "index") });
    },
    leave: () => removeTree(tree),
  };
}

/** Removes everything of a job's workspace. */
export async function removeWorkspace(root: string, jobId: string): Promise<void> {
  await removeTree(join(root, jobId));
}

/**
 * A self-contained shallow repository of the base commit alone: `git diff`, `log` and `blame` work for the agent,
 * and neither the mirror nor another job's objects can be reached through it.
 */
async function giveOwnGit(options: {
  git: Git;
  tree: string;
  request: WorkspaceRequest;
  signal: AbortSignal | undefined;
}): Promise<void> {
  const { git, request, tree, signal } = options;
  const gitDir = join(tree, ".git");
  const branch = `refs/heads/${request.base.ref}`;
  await git(["init", "--quiet", "--template=", tree], { gitDir, signal });
  await mkdir(join(gitDir, "info"), { recursive: true });
  await writeFile(join(gitDir, "info", "attributes"), rawAttributes);
  await git(
    [
      "fetch",
      "--quiet",
      "--depth=1",
      "--no-tags",
      "--no-write-fetch-head",
      // HEAD of a new repository may name the very branch that is fetched.
      "--update-head-ok",
      request.mirror,
      `+refs/jobs/${request.jobId}:${branch}`,
    ],
    { gitDir, allowFile: true, signal, timeoutMs: 600_000 },
  );
  await git(["symbolic-ref", "HEAD", branch], { gitDir, signal });
  await git(["read-tree", "HEAD"], { gitDir, workTree: tree, signal });
  await git(["update-index", "-q", "--refresh"], { gitDir, workTree: tree, signal, okExitCodes: [1] });
}
