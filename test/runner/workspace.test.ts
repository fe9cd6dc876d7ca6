import { chmod, mkdir, readFile, rename, rm, symlink, writeFile, lstat } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { createGit, line } from "../../src/io/git.ts";
import { createMirrors } from "../../src/io/mirror.ts";
import type { Repository } from "../../src/job/job-spec.ts";
import { diffTrees, takeSnapshot } from "../../src/runner/patch.ts";
import { openWorkspace, type Workspace } from "../../src/runner/workspace.ts";
import { createRepository, type TestRepository } from "../git-repository.ts";
import { temporaryFolder } from "../temp-folder.ts";

const folder = await temporaryFolder();
const home = join(folder, "home");
const git = createGit({ path: process.env["PATH"] ?? "", home, allowHttp: false });
const repository: Repository = {
  host: "github.com",
  owner: "acme",
  name: "shop",
  default_branch: "main",
  installation_id: 1,
};
let source: TestRepository;
let base: string;
let mirror: string;
let jobs = 0;

beforeAll(async () => {
  await mkdir(home);
  source = await createRepository(join(folder, "source"));
  await source.write({
    "README.md": "# Shop\n",
    "src/a.ts": "export const a = 1;\n",
    "windows.txt": "one\r\ntwo\r\n",
    "data.bin": Buffer.from([0, 1, 2, 255, 254, 13, 10]),
    "run.sh": "#!/bin/sh\n",
    ".gitignore": "ignored/\n",
  });
  await source.commit("first");
  // On its own, so that the other files' bytes stay as they are.
  await source.write({ ".gitattributes": "*.txt text eol=lf\n*.bin filter=evil\n" });
  await source.git("add", ".gitattributes");
  await source.git("commit", "--quiet", "--message", "attributes");
  base = await source.git("rev-parse", "HEAD");
  const mirrors = createMirrors({
    root: join(folder, "mirrors"),
    git,
  });
  mirror = mirrors.pathOf(repository);
  // The network's part: the commit lies in the mirror already.
  await git(["init", "--quiet", "--bare", mirror], { gitDir: mirror });
  await git(["fetch", "--quiet", source.path, `+${base}:refs/heads/main`], {
    gitDir: mirror,
    allowFile: true,
  });
});

async function checkedOut(): Promise<Workspace> {
  const jobId = `job-${String(++jobs).padStart(8, "0")}`;
  const mirrors = createMirrors({
    root: join(folder, "mirrors"),
    git,
  });
  await mirrors.fetch(repository, base, jobId, {
    origin: "https://github.com/",
    url: "https://github.com/acme/shop.git",
    token: "unused",
  });
  const workspace = await openWorkspace(
    { root: join(folder, "workspaces"), git },
    { jobId, mirror, base: { ref: "main", sha: base } },
  );
  await workspace.checkOut(workspace.baseTree);
  return workspace;
}

/** Applies the patch to the base without a work tree, as the publisher does, and returns the tree. */
async function treeOf(patch: Buffer, workspace: Workspace): Promise<string> {
  const call = { ...workspace.call, indexFile: join(workspace.call.gitDir, "landing") };
  await git(["read-tree", workspace.baseTree], call);
  if (patch.length > 0)
    await git(["apply", "--cached", "--whitespace=nowarn", "-"], { ...call, input: patch });
  return line(await git(["write-tree"], call));
}

async function change(workspace: Workspace): Promise<{ tree: string; patch: Buffer; warnings: string[] }> {
  const { tree, warnings } = await takeSnapshot(git, workspace);
  const patch = await diffTrees(git, workspace, { from: workspace.baseTree, to: tree, maxBytes: 10_000_000 });
  return { tree, patch, warnings };
}

describe("a checkout", () => {
  test("has the bytes of the repository, whatever its attributes say, and an empty patch", async () => {
    const workspace = await checkedOut();
    expect(await readFile(join(workspace.tree, "windows.txt"), "utf8")).toBe("one\r\ntwo\r\n");
    const { tree, patch } = await change(workspace);
    expect(tree).toBe(workspace.baseTree);
    expect(patch).toHaveLength(0);
  });

  test("has a repository of its own in which status, log and diff work and nothing else can be reached", async () => {
    const workspace = await checkedOut();
    const own = { gitDir: join(workspace.tree, ".git"), workTree: workspace.tree };
    expect((await git(["status", "--porcelain"], own)).stdout.toString()).toBe("");
    expect((await git(["log", "--format=%H"], own)).stdout.toString().trim()).toBe(base);
    await expect(readFile(join(own.gitDir, "objects", "info", "alternates"))).rejects.toThrow("ENOENT");
  });
});

describe("applying the patch to the base gives the agent's tree", () => {
  const cases: Record<string, (tree: string) => Promise<void>> = {
    "an edit, an addition and a deletion": async (tree) => {
      await writeFile(join(tree, "README.md"), "# Shop\n\nOpen.\n");
      await writeFile(join(tree, "src", "b.ts"), "export const b = 2;\n");
      await rm(join(tree, "src", "a.ts"));
    },
    "line ends and attributes": async (tree) => {
      await writeFile(join(tree, "windows.txt"), "one\r\nthree\r\nfour\n");
      await writeFile(join(tree, ".gitattributes"), "* text eol=crlf\n");
    },
    "binary files": async (tree) => {
      await writeFile(join(tree, "data.bin"), Buffer.from([9, 0, 8, 0, 255]));
      await writeFile(join(tree, "more.bin"), Buffer.alloc(5000, 7));
    },
    "modes, links and renames": async (tree) => {
      await chmod(join(tree, "run.sh"), 0o755);
      await symlink("README.md", join(tree, "link"));
      await rename(join(tree, "src", "a.ts"), join(tree, "src", "renamed.ts"));
    },
    "names with newlines, quotes, umlauts and bytes that are no UTF-8": async (tree) => {
      await writeFile(join(tree, 'a "quoted"\nname.txt'), "1\n");
      await writeFile(join(tree, "größe.txt"), "2\n");
      await writeFile(Buffer.concat([Buffer.from(`${tree}/`), Buffer.from([0xff, 0xfe, 0x41])]), "3\n");
    },
    "a file where a folder was": async (tree) => {
      await rm(join(tree, "src"), { recursive: true });
      await writeFile(join(tree, "src"), "a file now\n");
    },
    "the agent's own commits, a corrupt index and a hook": async (tree) => {
      await writeFile(join(tree, "README.md"), "# Committed\n");
      const own = { gitDir: join(tree, ".git"), workTree: tree };
      await git(["add", "--all"], own);
      await git(["commit", "--quiet", "--message", "mine"], {
        ...own,
        identity: { name: "Agent", email: "agent@example.com", dateSec: 1 },
      });
      await writeFile(join(tree, ".git", "index"), "garbage");
      await mkdir(join(tree, ".git", "hooks"), { recursive: true });
      await writeFile(join(tree, ".git", "hooks", "pre-commit"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    },
    "a .git that was replaced by a file": async (tree) => {
      await rm(join(tree, ".git"), { recursive: true });
      await writeFile(join(tree, ".git"), "gitdir: /etc\n");
      await writeFile(join(tree, "README.md"), "# Still here\n");
    },
  };
  for (const [name, act] of Object.entries(cases)) {
    test(name, async () => {
      const workspace = await checkedOut();
      await act(workspace.tree);
      const { tree, patch } = await change(workspace);
      expect(tree).not.toBe(workspace.baseTree);
      expect(await treeOf(patch, workspace)).toBe(tree);
    });
  }
});

describe("what an agent leaves behind runs nothing", () => {
  test("a planted fsmonitor, filter and external diff", async () => {
    const workspace = await checkedOut();
    const canary = join(folder, `canary-${jobs}`);
    const command = `touch ${canary}`;
    await writeFile(
      join(workspace.tree, ".git", "config"),
      `[core]\n\tfsmonitor = ${command}\n[filter "evil"]\n\tclean = ${command}; cat\n\tsmudge = ${command}; cat\n` +
        `[diff]\n\texternal = ${command}\n[diff "evil"]\n\ttextconv = ${command}\n`,
    );
    await writeFile(join(workspace.tree, "data.bin"), "changed");
    // The attack works on a git that trusts the checkout.
    await source.git("-C", workspace.tree, "-c", "safe.directory=*", "status");
    await lstat(canary);
    await rm(canary);
    const { patch } = await change(workspace);
    expect(patch.length).toBeGreaterThan(0);
    await expect(lstat(canary)).rejects.toThrow("ENOENT");
  });

  test("a planted include and hooks elsewhere", async () => {
    const workspace = await checkedOut();
    const canary = join(folder, `canary-include-${jobs}`);
    const hooks = join(workspace.tree, "hooks");
    await mkdir(hooks);
    // git runs it whenever it has written the index (githooks(5)).
    await writeFile(join(hooks, "post-index-change"), `#!/bin/sh\ntouch ${canary}\n`, { mode: 0o755 });
    await writeFile(join(workspace.tree, "more.cfg"), `[core]\n\thooksPath = ${hooks}\n`);
    await writeFile(join(workspace.tree, ".git", "config"), "[include]\n\tpath = ../more.cfg\n");
    await source.git("-C", workspace.tree, "-c", "safe.directory=*", "add", "--all");
    await lstat(canary);
    await rm(canary);
    const { patch } = await change(workspace);
    expect(patch.toString()).toContain("hooks/post-index-change");
    await expect(lstat(canary)).rejects.toThrow("ENOENT");
  });

  test("planted alternates bring in no object of another repository", async () => {
    const workspace = await checkedOut();
    const other = await createRepository(join(folder, `other-${jobs}`));
    await other.write({ "secret.txt": "of another repository\n" });
    const stranger = await other.commit("secret");
    const own = { gitDir: join(workspace.tree, ".git"), workTree: workspace.tree };
    await writeFile(
      join(own.gitDir, "objects", "info", "alternates"),
      `${join(other.path, ".git", "objects")}\n`,
    );
    await git(["cat-file", "-e", stranger], own);
    await change(workspace);
    const asked = await git(["cat-file", "-e", stranger], { ...workspace.call, okExitCodes: [1, 128] });
    expect(asked.exitCode).not.toBe(0);
  });

  test("a nested repository loses its .git, and is told about", async () => {
    const workspace = await checkedOut();
    const nested = await createRepository(join(workspace.tree, "vendor", "nested"));
    await nested.write({ "file.txt": "kept\n" });
    await nested.commit("nested");
    const canary = join(folder, `canary-nested-${jobs}`);
    await nested.git("config", "core.fsmonitor", `touch ${canary}`);
    const { tree, patch, warnings } = await change(workspace);
    expect(warnings.join()).toContain("vendor/nested");
    expect(patch.toString()).toContain("vendor/nested/file.txt");
    expect(await treeOf(patch, workspace)).toBe(tree);
    await expect(lstat(canary)).rejects.toThrow("ENOENT");
  });
});

test("any number of nested repositories, under long names, are told in few words", async () => {
  const workspace = await checkedOut();
  const long = join(workspace.tree, ...Array.from({ length: 10 }, () => "n".repeat(200)));
  const names = Array.from({ length: 200 }, (_, index) => join(long, `${index}`, ".git"));
  for (const name of names) await mkdir(name, { recursive: true });
  const { warnings } = await change(workspace);
  expect(warnings.at(-1)).toBe("so it was with 180 more folders");
  expect(warnings.join("").length).toBeLessThan(10_000);
  for (const name of names) await expect(lstat(name)).rejects.toThrow("ENOENT");
});

test("a checkout is made anew from a recorded tree, whatever was done to it", async () => {
  const workspace = await checkedOut();
  await writeFile(join(workspace.tree, "kept.txt"), "kept\n");
  const { tree } = await takeSnapshot(git, workspace);
  await rm(workspace.tree, { recursive: true });
  await symlink("/etc", workspace.tree);
  await workspace.checkOut(tree);
  expect(await readFile(join(workspace.tree, "kept.txt"), "utf8")).toBe("kept\n");
  expect((await takeSnapshot(git, workspace)).tree).toBe(tree);
});

test("a base branch called master is checked out like any other", async () => {
  const jobId = "job-on-master";
  const mirrors = createMirrors({ root: join(folder, "mirrors"), git });
  await mirrors.fetch(repository, base, jobId, {
    origin: "https://github.com/",
    url: "https://github.com/acme/shop.git",
    token: "unused",
  });
  const workspace = await openWorkspace(
    { root: join(folder, "workspaces"), git },
    { jobId, mirror, base: { ref: "master", sha: base } },
  );
  await workspace.checkOut(workspace.baseTree);
  const own = { gitDir: join(workspace.tree, ".git"), workTree: workspace.tree };
  expect((await git(["status", "--porcelain", "--branch"], own)).stdout.toString()).toBe("## master\n");
});

test("a checkout that was replaced by a link is never followed", async () => {
  const workspace = await checkedOut();
  await rm(workspace.tree, { recursive: true });
  await symlink(source.path, workspace.tree);
  await expect(takeSnapshot(git, workspace)).rejects.toThrow("replaced its checkout");
});

test("a change beyond the limit is refused with its remedy", async () => {
  const workspace = await checkedOut();
  await writeFile(join(workspace.tree, "big.txt"), "x\n".repeat(100_000));
  const { tree } = await takeSnapshot(git, workspace);
  await expect(
    diffTrees(git, workspace, { from: workspace.baseTree, to: tree, maxBytes: 1000 }),
  ).rejects.toThrow("MAX_PATCH_BYTES");
});
