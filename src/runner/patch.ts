// What an agent did to the checkout, as a git tree and as a patch.
import { lstat, readdir, rm } from "node:fs/promises";
import { UserError } from "../errors.ts";
import { ExecError } from "../io/exec.ts";
import { type Git, type GitCall, line } from "../io/git.ts";
import type { Workspace } from "./workspace.ts";

/** An agent may leave any number of them, under names of any length: result.json stays readable. */
const maxTold = 20;
const maxPathChars = 300;

/** Far more than a patch may have; a build's products that nobody ignores, or an attack. */
const maxNewFiles = 100_000;
const maxNewNamesBytes = 32 * 1024 * 1024;

export interface Snapshot {
  /** The git tree of the checkout as it stands. */
  tree: string;
  /** What was left out, and why. */
  warnings: string[];
}

/**
 * Records the checkout with the private index of the trusted git directory. Nested repositories lose their .git
 * first and submodules are excluded, since git would run what their configuration names. Throws UserError (`gate`,
 * `bad_output`) for what can't be recorded.
 */
export async function takeSnapshot(git: Git, workspace: Workspace, signal?: AbortSignal): Promise<Snapshot> {
  const call: GitCall = { ...workspace.call, signal, timeoutMs: 600_000 };
  if (!(await lstat(workspace.tree)).isDirectory()) {
    throw new UserError("the agent replaced its checkout by something else; nothing of it is kept", {
      code: "bad_output",
    });
  }
  const warnings = await removeNestedRepositories(workspace.tree);
  await refuseTooManyFiles(git, call);
  const links = await gitLinks(git, call);
  const exclude = links.map((path) => `:(exclude,top,literal)${path}`);
  const added = await git(["add", "--all", "--ignore-errors", "--", ".", ...exclude], {
    ...call,
    okExitCodes: [1, 128],
  });
  if (added.exitCode !== 0) {
    const refused = added.stderr.split("\n").filter((text) => text.startsWith("error:"));
    warnings.push(
      ...refused.slice(0, maxTold).map((text) => `left out of the patch: ${text.slice(7, maxPathChars)}`),
    );
    if (added.exitCode === 128) throw new Error(`recording the checkout: ${added.stderr.slice(-1000)}`);
  }
  return { tree: line(await git(["write-tree"], call)), warnings };
}

/** Throws UserError when git would be busy for minutes with what nobody reads; what git ignores doesn't count. */
async function refuseTooManyFiles(git: Git, call: GitCall): Promise<void> {
  const listed = await git(["ls-files", "--others", "--exclude-standard", "-z"], {
    ...call,
    maxOutputBytes: maxNewNamesBytes,
  }).catch((cause: unknown) => {
    if (cause instanceof ExecError && cause.tooMuchOutput) return undefined;
    throw cause;
  });
  let files = 0;
  const names = listed?.stdout ?? Buffer.alloc(0);
  for (let end = names.indexOf(0); end !== -1; end = names.indexOf(0, end + 1)) files += 1;
  if (listed && files <= maxNewFiles) return;
  throw new UserError(
    `the agent left more than ${maxNewFiles.toLocaleString("en")} new files; nothing of it is kept: ask for less, or put what is made by a build into .gitignore`,
    { code: "gate" },
  );
}

/** The change between two trees in git's own format, binary files and all; empty when there is none. */
export async function diffTrees(
  git: Git,
  workspace: Workspace,
  between: { from: string; to: string; maxBytes: number; signal?: AbortSignal | undefined },
): Promise<Buffer> {
  try {
    const output = await git(
      [
        "diff-tree",
        "-r",
        "-p",
        "--binary",
        "--full-index",
        "-M",
        "--no-ext-diff",
        "--no-textconv",
        between.from,
        between.to,
      ],
      { ...workspace.call, signal: between.signal, maxOutputBytes: between.maxBytes, timeoutMs: 600_000 },
    );
    return output.stdout;
  } catch (cause) {
    if (cause instanceof ExecError && cause.tooMuchOutput) {
      throw new UserError(
        `the change is larger than ${between.maxBytes} bytes; ask for a smaller one or raise MAX_PATCH_BYTES`,
        { cause, code: "gate" },
      );
    }
    throw cause;
  }
}

async function gitLinks(git: Git, call: GitCall): Promise<string[]> {
  const staged = await git(["ls-files", "--stage", "-z"], call);
  return staged.stdout
    .toString("latin1")
    .split("\0")
    .filter((entry) => entry.startsWith("160000 "))
    .map((entry) => Buffer.from(entry.slice(entry.indexOf("\t") + 1), "latin1").toString("utf8"));
}

/** Deletes each .git below the top, without following links. Names are bytes: not every one is UTF-8. */
async function removeNestedRepositories(tree: string): Promise<string[]> {
  const found: string[] = [];
  let more = 0;
  const root = Buffer.from(tree);
  const folders = [root];
  for (let folder = folders.pop(); folder; folder = folders.pop()) {
    const top = folder.length === root.length;
    for (const entry of await readdir(folder, { withFileTypes: true, encoding: "buffer" })) {
      const path = Buffer.concat([folder, Buffer.from("/"), entry.name]);
      if (entry.name.toString("latin1").toLowerCase() === ".git") {
        if (top) continue;
        await rm(path, { recursive: true, force: true });
        if (found.length === maxTold) more += 1;
        else
          found.push(
            folder
              .subarray(root.length + 1)
              .toString("utf8")
              .slice(0, maxPathChars),
          );
      } else if (entry.isDirectory()) {
        folders.push(path);
      }
    }
  }
  const warnings = found.map(
    (path) => `${path} was a repository of its own; its files were kept, its .git was not`,
  );
  return more === 0 ? warnings : [...warnings, `so it was with ${more} more folders`];
}
