// Commits that GitHub makes: the gated tree or none, once, on real repositories with a GitHub that writes to them.
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TransientError, UserError } from "../../src/errors.ts";
import type { FileChanges } from "../../src/io/github-commits.ts";
import { line } from "../../src/io/git.ts";
import { commitVerified, type VerifiedRequest } from "../../src/publisher/verified-commit.ts";
import type { GitWorld } from "./git-world.ts";
import { repository } from "./job.ts";
import { createShop } from "./setup.ts";

const branch = "patchbay/7";
const ours = { name: "patchbay[bot]", email: "p@example.com", dateSec: 1_700_000_200 };
const theirs = { name: "GitHub", email: "noreply@github.com", dateSec: 1_700_000_300 };

let world: GitWorld;
let commits: number;
/** What GitHub does to a change before it commits it. */
let alter: (changes: FileChanges) => FileChanges;
let fail: (() => void) | undefined;

beforeEach(async () => {
  world = await createShop();
  commits = 0;
  alter = (changes) => changes;
  fail = undefined;
});
afterEach(() => world.remove());

const git = (...args: string[]) => world.git(args, world.remote);

const github = {
  async branchHead(_repository: unknown, name: string): Promise<string> {
    const head = await world.head(name);
    if (head === undefined) {
      throw new UserError("reading the branch", { cause: Object.assign(new Error("gone"), { status: 404 }) });
    }
    return head;
  },
  async createBranch(_repository: unknown, name: string, sha: string): Promise<void> {
    await git("update-ref", `refs/heads/${name}`, sha);
  },
  async treeOf(_repository: unknown, sha: string): Promise<string> {
    return line(await git("rev-parse", `${sha}^{tree}`));
  },
  async commitOnBranch(
    _repository: unknown,
    wanted: { branch: string; expectedHead: string; message: string; changes: FileChanges },
  ): Promise<string> {
    const { additions, deletions } = alter(wanted.changes);
    const call = { ...world.remote, indexFile: join(world.remote.gitDir, "github-index") };
    await world.git(["read-tree", wanted.expectedHead], call);
    for (const path of deletions) await world.git(["rm", "--cached", "--quiet", "--", path], call);
    for (const { path, contents } of additions) {
      const blob = line(await world.git(["hash-object", "-w", "--stdin"], { ...call, input: contents }));
      await world.git(["update-index", "--add", "--cacheinfo", `100644,${blob},${path}`], call);
    }
    const tree = line(await world.git(["write-tree"], call));
    const args = ["commit-tree", tree, "-p", wanted.expectedHead, "-m", wanted.message];
    const sha = line(await world.git(args, { ...call, identity: theirs }));
    await git("update-ref", `refs/heads/${wanted.branch}`, sha, wanted.expectedHead);
    commits++;
    fail?.();
    return sha;
  },
};

/** Our own commit of the change on the base, and the request to have GitHub make it. */
async function request(
  edit: (tree: string) => Promise<void>,
  change: Partial<VerifiedRequest> = {},
): Promise<VerifiedRequest & { tree: string }> {
  const { tree } = await world.change(edit);
  const onto = change.onto ?? world.baseSha;
  const args = ["commit-tree", tree, "-p", onto, "-m", "ours"];
  const sha = line(await world.git(args, { ...world.remote, identity: ours }));
  const message = "Wait for the cookie\n\nCo-authored-by: Ann <ann@example.com>";
  const call = world.remote;
  const rest = { repository, branch, expected: null, onto, sha, message, call, mayBeThere: false, tree };
  return { ...rest, fetch: async () => undefined, ...change };
}

const run = (wanted: VerifiedRequest) => commitVerified({ git: world.git, github }, wanted);
const change = (tree: string) => writeFile(join(tree, "src/login.test.ts"), "// five tries\n");
const subjectOf = async (sha: string): Promise<string> =>
  (await git("log", "-1", "--format=%cn: %B", sha)).stdout.toString().trim();

test("a change of plain files is GitHub's commit, with the gated tree and our words", async () => {
  const wanted = await request(async (tree) => {
    await change(tree);
    await rm(join(tree, "README.md"), { force: true });
    await writeFile(join(tree, "neu.txt"), "ü\r\n");
  });
  const made = await run(wanted);
  if (made.kind !== "committed") throw new Error("it was to be pushed");
  expect(await world.head(branch)).toBe(made.sha);
  expect(await github.treeOf(repository, made.sha)).toBe(wanted.tree);
  expect(await subjectOf(made.sha)).toBe(`GitHub: ${wanted.message}`);
});

test("a branch that is there gets it on top; one that stands elsewhere is left to the push", async () => {
  const wanted = await request(change, { branch: "main", expected: world.baseSha });
  expect(await run(wanted)).toMatchObject({ kind: "committed" });
  // It has moved by that; who knows nothing of the first try must not commit twice.
  expect(await run(wanted)).toEqual({ kind: "push", expected: world.baseSha });
  expect(await run(await request(change, { expected: "d".repeat(40) }))).toMatchObject({ kind: "push" });
  expect(commits).toBe(1);
});

test("a try that took effect without an answer is found, also below what others added", async () => {
  fail = () => {
    throw new TransientError("committing: 502");
  };
  const wanted = await request(change);
  await expect(run(wanted)).rejects.toThrow("502");
  const first = await world.head(branch);
  fail = undefined;
  expect(await run({ ...wanted, mayBeThere: true })).toEqual({ kind: "committed", sha: first });
  const args = ["commit-tree", wanted.tree, "-p", first ?? "", "-m", "more"];
  const more = line(await world.git(args, { ...world.remote, identity: theirs }));
  await git("update-ref", `refs/heads/${branch}`, more);
  expect(await run({ ...wanted, mayBeThere: true })).toEqual({ kind: "committed", sha: first });
  expect(commits).toBe(1);
});

test("a branch that was made before a crash gets its commit", async () => {
  const wanted = await request(change);
  await github.createBranch(repository, branch, world.baseSha);
  expect(await run({ ...wanted, mayBeThere: true })).toMatchObject({ kind: "committed" });
});

test("another tree than the gated one is replaced by a push, which expects it", async () => {
  alter = ({ additions, deletions }) => ({
    additions: additions.map((one) => ({ ...one, contents: Buffer.from("something else\n") })),
    deletions,
  });
  const made = await run(await request(change));
  expect(made).toEqual({ kind: "push", expected: await world.head(branch) });
});

test("what GitHub refuses is pushed", async () => {
  fail = undefined;
  alter = () => {
    throw new UserError("committing: Resource not accessible by integration");
  };
  // The branch was made for it, and stands at its parent.
  expect(await run(await request(change))).toEqual({ kind: "push", expected: world.baseSha });
  expect(commits).toBe(0);
});

test("an executable file is pushed, and nothing is asked of GitHub", async () => {
  const wanted = await request((tree) => writeFile(join(tree, "run.sh"), "#!/bin/sh\n", { mode: 0o755 }));
  expect(await run(wanted)).toEqual({ kind: "push", expected: null });
  expect(await world.head(branch)).toBeUndefined();
});
