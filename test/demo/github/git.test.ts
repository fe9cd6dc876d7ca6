// Real git against the stand-in: clone, fetch, push, and what a push sets off.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { StandIn } from "../../../demo/github/stand-in.ts";
import { clientsOf, createSink, repo, start } from "./harness.ts";

const run = promisify(execFile);
let standIn: StandIn;
let end: () => Promise<void>;
let sink: Awaited<ReturnType<typeof createSink>>;
let clients: Awaited<ReturnType<typeof clientsOf>>;
let scratch: string;

beforeAll(async () => {
  sink = await createSink();
  ({ standIn, end } = await start({ webhookUrl: sink.url }));
  clients = await clientsOf(standIn);
  scratch = await mkdtemp(join(tmpdir(), "stand-in-git-"));
});

afterAll(async () => {
  await end();
  await sink.stop();
  await rm(scratch, { recursive: true, force: true });
});

const env = {
  PATH: process.env["PATH"],
  HOME: "/nonexistent",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_AUTHOR_NAME: "alice",
  GIT_AUTHOR_EMAIL: "alice@example.org",
  GIT_COMMITTER_NAME: "alice",
  GIT_COMMITTER_EMAIL: "alice@example.org",
};

async function git(cwd: string, ...args: string[]): Promise<string> {
  const { stdout } = await run("git", args, { cwd, env });
  return stdout.trim();
}

function remote(token: string | null, name = repo): string {
  const url = new URL(`${standIn.url}/${name}.git`);
  if (token !== null) Object.assign(url, { username: "x-access-token", password: token });
  return url.href;
}

async function clone(token: string | null, folder: string, ...options: string[]): Promise<string> {
  await git(scratch, "clone", "-q", ...options, remote(token), folder);
  return join(scratch, folder);
}

async function commit(dir: string, file: string, text: string): Promise<string> {
  await mkdir(join(dir, file, ".."), { recursive: true });
  await writeFile(join(dir, file), text);
  await git(dir, "add", "--", file);
  await git(dir, "commit", "-q", "-m", `Change ${file}`);
  return git(dir, "rev-parse", "HEAD");
}

test("a reading token clones, also without blobs, and does not push", async () => {
  const reader = await clients.tokenFor({ permissions: { contents: "read" }, repositories: ["shop"] });
  const dir = await clone(reader, "reader", "--filter=blob:none", "--depth=1");
  expect(await git(dir, "show", "HEAD:README.md")).toBe("# shop");
  await commit(dir, "a.txt", "a\n");
  await expect(git(dir, "push", "-q", "origin", "HEAD:refs/heads/a")).rejects.toThrow(/403/);
});

test("strangers get nothing", async () => {
  await expect(clone(null, "anonymous")).rejects.toThrow(/could not read Username|Authentication failed/);
  await expect(clone("ghs_wrong", "wrong")).rejects.toThrow(/Authentication failed|could not read/);
  const issuesOnly = await clients.tokenFor({ permissions: { issues: "write" } });
  await expect(clone(issuesOnly, "issues")).rejects.toThrow(/403/);
  await standIn.createRepository("umbrella/lab");
  const mine = await clients.tokenFor();
  await expect(git(scratch, "clone", "-q", remote(mine, "umbrella/lab"), "lab")).rejects.toThrow(/not found/);
});

test("a push is told, and moves the pull request that follows the branch", async () => {
  const token = await clients.tokenFor();
  const dir = await clone(token, "writer");
  const first = await commit(dir, "big.txt", "line\n".repeat(300_000));
  await git(dir, "push", "-q", "origin", "HEAD:refs/heads/feature");
  const { number } = await standIn.openPullRequest({ repo, title: "F", author: "alice", head: "feature" });
  const second = await commit(dir, "b.txt", "b\n");
  await git(dir, "push", "-q", "origin", "HEAD:refs/heads/feature");
  await standIn.settled();
  const told = sink.received.map((hook) => [hook.event, hook.payload["action"], hook.payload["after"]]);
  expect(told.slice(-4)).toEqual([
    ["push", undefined, first],
    ["pull_request", "opened", undefined],
    ["push", undefined, second],
    ["pull_request", "synchronize", second],
  ]);
  expect(await git(dir, "ls-remote", "origin", `refs/pull/${number}/head`)).toContain(second);
});

test("a push of the bot is the bot's, and hidden refs stay GitHub's", async () => {
  const token = await clients.tokenFor();
  const dir = await clone(token, "bot");
  await commit(dir, "c.txt", "c\n");
  await git(dir, "push", "-q", "origin", "HEAD:refs/heads/by-bot");
  await standIn.settled();
  expect(sink.received.at(-1)?.payload["pusher"]).toMatchObject({ name: standIn.app.botLogin });
  await expect(git(dir, "push", "-q", "origin", "HEAD:refs/pull/1/head")).rejects.toThrow(/hidden ref/);
});

test("workflow files need their own permission, by push and by REST", async () => {
  const token = await clients.tokenFor();
  const dir = await clone(token, "workflows");
  await commit(dir, ".github/workflows/ci.yml", "on: push\n");
  const push = git(dir, "push", "-q", "origin", "HEAD:refs/heads/ci");
  await expect(push).rejects.toThrow(/without `workflows` permission/);
  expect(await git(dir, "ls-remote", "origin", "refs/heads/ci")).toBe("");
  const { token: alice } = await standIn.createUser("alice");
  await git(dir, "push", "-q", remote(alice), "HEAD:refs/heads/ci");
  await git(dir, "push", "-q", "origin", "HEAD:refs/heads/ci-again");

  const at = { owner: "acme", repo: "shop" };
  const { octokit } = clients;
  const { data: main } = await octokit.rest.repos.getBranch({ ...at, branch: "main" });
  const { data: tree } = await octokit.rest.git.createTree({
    ...at,
    base_tree: main.commit.commit.tree.sha,
    tree: [{ path: ".github/workflows/x.yml", mode: "100644", type: "blob", content: "on: push\n" }],
  });
  const { data: made } = await octokit.rest.git.createCommit({
    ...at,
    message: "x",
    tree: tree.sha,
    parents: [main.commit.sha],
  });
  const create = octokit.rest.git.createRef({ ...at, ref: "refs/heads/x", sha: made.sha });
  await expect(create).rejects.toMatchObject({ status: 403 });
});

test("a pull request from a fork", async () => {
  await standIn.createRepository("mallory/shop", { forkOf: repo });
  await standIn.commitFiles({
    repo: "mallory/shop",
    branch: "patch",
    files: { "m.txt": "m\n" },
    author: "mallory",
  });
  const pull = await standIn.openPullRequest({
    repo,
    title: "M",
    author: "mallory",
    head: "patch",
    fork: "mallory/shop",
  });
  const { data } = await clients.octokit.rest.pulls.get({
    owner: "acme",
    repo: "shop",
    pull_number: pull.number,
  });
  expect([data.head.label, data.head.repo?.full_name, data.commits]).toEqual([
    "mallory:patch",
    "mallory/shop",
    1,
  ]);
  const sha = await standIn.commitFiles({
    repo: "mallory/shop",
    branch: "patch",
    files: { "m.txt": "n\n" },
    author: "mallory",
  });
  await standIn.settled();
  expect(sink.received.at(-1)?.payload["after"]).toBe(sha.sha);
  expect(standIn.violations).toEqual([]);
});
