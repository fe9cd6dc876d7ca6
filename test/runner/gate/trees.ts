// Two trees in a real repository, and what the gate says of the change between them.
import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Finding } from "../../../src/job/finding.ts";
import { defaultProtectedPaths } from "../../../src/job/protected-paths.ts";
import { createGit, type Git, type GitCall, line } from "../../../src/io/git.ts";
import { rawAttributes } from "../../../src/io/mirror.ts";
import type { GatePolicy } from "../../../src/runner/gate/policy.ts";
import { type Screening, screenTrees } from "../../../src/runner/gate/screen-trees.ts";
import { writeFile } from "node:fs/promises";

/** A file's content; a link's target, a submodule's commit or a file of another mode in its own words. */
type Entry = string | Buffer | { link: string } | { commit: string } | { mode: string; content: string };
export type Files = Record<string, Entry>;

const policy: GatePolicy = {
  maxFiles: 20,
  maxLines: 1000,
  maxPatchBytes: 5_000_000,
  maxBinaryBytes: 10_000,
  protectedPaths: defaultProtectedPaths,
  searchMs: 40_000,
};

export interface Trees {
  git: Git;
  call: GitCall;
  /** Writes a tree by the index alone, so that it may hold what no file system takes. */
  tree(files: Files): Promise<string>;
  screen(before: Files, after: Files, change?: Partial<GatePolicy>): Promise<Screening>;
  /** `rule path` or `rule path:line` of each finding, sorted. */
  rules(before: Files, after: Files, change?: Partial<GatePolicy>): Promise<string[]>;
}

export async function createTrees(folder: string): Promise<Trees> {
  const home = join(folder, "home");
  const gitDir = join(folder, "git");
  await mkdir(home, { recursive: true });
  const git = createGit({ path: process.env["PATH"] ?? "", home, allowHttp: false });
  const call: GitCall = { gitDir };
  await git(["init", "--quiet", "--bare", "--template=", gitDir], call);
  await mkdir(join(gitDir, "info"));
  await writeFile(join(gitDir, "info", "attributes"), rawAttributes);

  async function blob(input: string | Buffer): Promise<string> {
    return line(await git(["hash-object", "-w", "--stdin"], { ...call, input }));
  }

  interface Node {
    files: Map<string, { mode: string; sha: string }>;
    folders: Map<string, Node>;
  }

  /** mktree takes what update-index refuses: `.git`, odd modes. */
  async function write(node: Node): Promise<string> {
    const lines = [...node.files].map(([name, { mode, sha }]) => {
      const type = mode === "160000" ? "commit" : "blob";
      return `${mode} ${type} ${sha}\t${name}\0`;
    });
    for (const [name, below] of node.folders) lines.push(`040000 tree ${await write(below)}\t${name}\0`);
    return line(await git(["mktree", "-z", "--missing"], { ...call, input: lines.join("") }));
  }

  async function tree(files: Files): Promise<string> {
    const root: Node = { files: new Map(), folders: new Map() };
    for (const [path, entry] of Object.entries(files)) {
      let node = root;
      const parts = dirname(path) === "." && !path.startsWith("./") ? [] : path.split("/").slice(0, -1);
      for (const part of parts) {
        const below: Node = node.folders.get(part) ?? { files: new Map(), folders: new Map() };
        node.folders.set(part, below);
        node = below;
      }
      node.files.set(path.split("/").at(-1) ?? "", await leaf(entry));
    }
    return write(root);
  }

  async function leaf(entry: Entry): Promise<{ mode: string; sha: string }> {
    if (typeof entry === "string" || Buffer.isBuffer(entry))
      return { mode: "100644", sha: await blob(entry) };
    if ("link" in entry) return { mode: "120000", sha: await blob(entry.link) };
    if ("commit" in entry) return { mode: "160000", sha: entry.commit };
    return { mode: entry.mode, sha: await blob(entry.content) };
  }

  async function screen(before: Files, after: Files, change: Partial<GatePolicy> = {}): Promise<Screening> {
    return screenTrees({
      git,
      call,
      from: await tree(before),
      to: await tree(after),
      policy: { ...policy, ...change },
      secretsIn: (text) => (text.includes(registered) ? ["REGISTERED"] : []),
    });
  }

  return {
    git,
    call,
    tree,
    screen,
    async rules(before, after, change) {
      const { findings } = await screen(before, after, change);
      return findings.map(named).toSorted();
    },
  };
}

function named({ rule, path, line: at }: Finding): string {
  return `${rule} ${path}${at === undefined ? "" : `:${at}`}`;
}

/** What stands for a value that the operator registered. */
export const registered = "S3CRET";

/** A token of GitHub's shape that is nobody's. */
export function newToken(): string {
  return `ghp_${randomBytes(40)
    .toString("base64")
    .replaceAll(/[^A-Za-z0-9]/g, "")
    .slice(0, 36)
    .padEnd(36, "x9Z")}`;
}
