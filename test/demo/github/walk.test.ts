// A bot's whole walk with a real Octokit over a real port: nothing that it gets may break GitHub's description.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "octokit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createStandIn, type StandIn } from "../../../demo/github/stand-in.ts";

let dir: string;
let standIn: StandIn;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "stand-in-"));
  standIn = await createStandIn({ dataDir: dir });
  await standIn.createRepository("acme/shop", { files: { "README.md": "# shop\n" } });
  await standIn.installApp({ account: "acme" });
  await standIn.setPermission("acme/shop", "alice", "write");
});

afterAll(async () => {
  await standIn.stop();
  await rm(dir, { recursive: true, force: true });
});

test("reads and writes a conversation", async () => {
  const { number } = await standIn.openIssue({ repo: "acme/shop", title: "Fix it", author: "alice" });
  const app = new App({
    appId: standIn.app.id,
    privateKey: standIn.app.privateKey,
    Octokit: (await import("octokit")).Octokit.defaults({ baseUrl: `${standIn.url}/api/v3` }),
  });
  const at = { owner: "acme", repo: "shop" };
  const { data: installation } = await app.octokit.rest.apps.getRepoInstallation(at);
  const octokit = await app.getInstallationOctokit(installation.id);
  const { data: issue } = await octokit.rest.issues.get({ ...at, issue_number: number });
  expect(issue.title).toBe("Fix it");
  const { data: comment } = await octokit.rest.issues.createComment({
    ...at,
    issue_number: number,
    body: "hi",
  });
  expect(comment.user?.login).toBe(standIn.app.botLogin);
  expect(standIn.violations).toEqual([]);
});
