// The gated patch becomes exactly the gated tree, whatever is in it.
import { createHash } from "node:crypto";
import { chmod, mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { line } from "../../src/io/git.ts";
import { type CommitRequest, type Quarantined, withCommit } from "../../src/publisher/commit.ts";
import { type Change, createGitWorld, type GitWorld } from "./git-world.ts";
import { jobId, repository } from "./job.ts";

let world: GitWorld;
let mirror: string;

beforeAll(async () => {
  world = await createGitWorld(async (tree) => {
    await mkdir(join(tree, "src"));
    await writeFile(join(tree, "src/login.ts"), "export const wait = 1;\n".repeat(20));
    await writeFile(join(tree, "dos.txt"), "one\r\ntwo\r\nthree\r\n");
    await writeFile(join(tree, ".gitattributes"), "*.txt text eol=lf\n*.bin filter=evil diff=evil\n");
    await writeFile(join(tree, "logo.bin"), Buffer.from([0, 1, 2, 3, 255, 254, 0, 10, 13, 10]));
    await writeFile(join(tree, "run.sh"), "#!/bin/sh\n");
    await writeFile(join(tree, "gone.md"), "no newline at the end");
    await symlink("src/login.ts", join(tree, "link"));
  });
  const auth = { origin: world.origin, url: world.url, token: "x" };
  mirror = await world.mirrors.fetch(repository, world.baseSha, jobId, auth);
});
afterAll(() => world.remove());

function requestFor(change: Change): CommitRequest {
  return {
    jobId,
    mirror,
    baseSha: world.baseSha,
    patch: change.patch,
    expected: { tree: change.tree, sha256: change.sha256 },
    message: "fix: login\n",
    identity: {
      name: "patchbay[bot]",
      email: "9+patchbay[bot]@users.noreply.github.com",
      dateSec: 1_772_600_767,
    },
  };
}

const edits: Record<string, (tree: string) => Promise<void>> = {
  "an edit": (tree) => writeFile(join(tree, "src/login.ts"), "export const wait = 2;\n"),
  "CRLF lines": async (tree) => {
    const text = await readFile(join(tree, "dos.txt"), "utf8");
    await writeFile(join(tree, "dos.txt"), `${text.replace("two", "zwei")}four\r\nfive \t\r\n\r\n`);
  },
  "a binary file": (tree) => writeFile(join(tree, "logo.bin"), Buffer.from([9, 0, 255, 13, 10, 0, 7])),
  "a rename with an edit": async (tree) => {
    await mkdir(join(tree, "lib"));
    await rename(join(tree, "src/login.ts"), join(tree, "lib/log in.ts"));
    await writeFile(join(tree, "lib/log in.ts"), `// moved\n${"export const wait = 1;\n".repeat(20)}`);
  },
  "a swap of two names": async (tree) => {
    await rename(join(tree, "dos.txt"), join(tree, "swap"));
    await rename(join(tree, "gone.md"), join(tree, "dos.txt"));
    await rename(join(tree, "swap"), join(tree, "gone.md"));
  },
  "a mode": (tree) => chmod(join(tree, "run.sh"), 0o755),
  "links added, changed and replaced": async (tree) => {
    await rm(join(tree, "link"));
    await symlink("gone.md", join(tree, "link"));
    await rm(join(tree, "run.sh"));
    await symlink("link", join(tree, "run.sh"));
  },
  "a deletion and an empty file": async (tree) => {
    await rm(join(tree, "gone.md"));
    await writeFile(join(tree, "empty"), "");
  },
  "names that are hard to write": async (tree) => {
    await writeFile(join(tree, 'tab\tquote"back\\slash\nnewline'), "x\n");
    await writeFile(join(tree, "Übergrößenträger 漢字.md"), "x\n");
    await writeFile(Buffer.concat([Buffer.from(join(tree, "latin-")), Buffer.from([0xe9, 0xff])]), "x\n");
  },
};

test.for(Object.entries(edits))("%s lands as the gated tree", async ([, edit]) => {
  const change = await world.change(edit);
  expect(change.patch.length).toBeGreaterThan(0);
  const landed = await withCommit(world, requestFor(change), async ({ sha, call }) => ({
    tree: line(await world.git(["rev-parse", `${sha}^{tree}`], call)),
    parents: line(await world.git(["rev-parse", `${sha}^@`], call)),
  }));
  expect(landed).toEqual({ tree: change.tree, parents: world.baseSha });
});

test("a repeat makes a commit with the same SHA, by the bot, at the fixed time", async () => {
  const change = await world.change(edits["an edit"] ?? (async () => {}));
  const sha = async ({ sha }: Quarantined): Promise<string> => sha;
  const first = await withCommit(world, requestFor(change), sha);
  const second = await withCommit(world, requestFor(change), async (commit) => {
    const shown = line(
      await world.git(["log", "-1", "--format=%an|%ae|%at|%ct|%B", commit.sha], commit.call),
    );
    expect(shown).toBe(
      "patchbay[bot]|9+patchbay[bot]@users.noreply.github.com|1772600767|1772600767|fix: login",
    );
    return commit.sha;
  });
  expect(second).toBe(first);
});

test("the mirror gets none of the objects and nothing is left in the quarantine", async () => {
  const change = await world.change((tree) => writeFile(join(tree, "new"), `unique ${Math.PI}\n`));
  const sha = await withCommit(world, requestFor(change), async (commit) => commit.sha);
  const found = await world.git(["cat-file", "-e", sha], { gitDir: mirror, okExitCodes: [1, 128] });
  expect(found.exitCode).not.toBe(0);
  expect(await world.leftovers()).toEqual([]);
});

test("a patch that gives another tree than the gated one is refused", async () => {
  const change = await world.change(edits["an edit"] ?? (async () => {}));
  const other = await world.change((tree) => writeFile(join(tree, "evil"), "x\n"));
  const request = { ...requestFor(change), expected: { tree: other.tree, sha256: change.sha256 } };
  await expect(withCommit(world, request, async () => "made")).rejects.toMatchObject({
    name: "UserError",
    code: "patch_apply_failed",
  });
  expect(await world.leftovers()).toEqual([]);
});

test("a patch that was changed after the gate saw it is refused before git reads it", async () => {
  const change = await world.change(edits["an edit"] ?? (async () => {}));
  const request = { ...requestFor(change), patch: Buffer.concat([change.patch, Buffer.from("\n")]) };
  await expect(withCommit(world, request, async () => "made")).rejects.toMatchObject({
    code: "patch_apply_failed",
  });
});

test("a patch that does not fit is a person's matter, a broken mirror is not", async () => {
  const change = await world.change(edits["an edit"] ?? (async () => {}));
  const text = change.patch.toString("utf8").replace(/^-export const wait = 1;$/m, "-export const wait = 9;");
  const patch = Buffer.from(text);
  const sha256 = createHash("sha256").update(patch).digest("hex");
  const misfit = { ...requestFor(change), patch, expected: { tree: change.tree, sha256 } };
  await expect(withCommit(world, misfit, async () => "made")).rejects.toMatchObject({ name: "UserError" });
  const lost = { ...requestFor(change), baseSha: "1".repeat(40) };
  await expect(withCommit(world, lost, async () => "made")).rejects.not.toMatchObject({ name: "UserError" });
});
