// `.github/agent.yml` through the whole product: what it allows, what it holds, and what is said when it is broken.
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../temp-folder.ts";
import { createWorld, person, repo, type World } from "./world.ts";

const folder = await temporaryFolder();
let world: World;
beforeAll(async () => {
  world = await createWorld(join(folder, "world"));
  await world.start();
});
afterAll(() => world.stop());

/** Puts the file onto a branch, by default the one that counts. */
async function configure(text: string, branch = "main"): Promise<void> {
  await world.standIn.commitFiles({ repo, branch, files: { ".github/agent.yml": text }, author: person });
}

/** The one comment that answers `text` on a new issue, once it is as `wanted`. */
async function ask(text: string, wanted: RegExp): Promise<string> {
  const number = await world.openIssue();
  await world.comment(number, text);
  return world.until(
    () => world.ownComments(number).find(({ body }) => wanted.test(body))?.body,
    `${String(wanted)} after ${text}`,
  );
}

const own = `
pipelines:
  docs:
    summary: only the documentation
    steps: [{ step_id: write, agent: codex, role: implementer }]
protected_paths: ["**/*.md"]
budget: { max_calls: 40 }
egress: []
`;

test("its own pipeline runs, is in the help, and what it protects is held", async () => {
  await configure(own);
  expect(await ask("/agent help", /How to ask/)).toContain("only the documentation");
  const body = await ask("/agent docs say more in README.md", /✋/);
  expect(body).toContain("README.md");
  const job = /patchbay:job:([0-9a-f]{32})/.exec(body)?.[1] ?? "";
  expect(world.spec(job)).toMatchObject({
    pipeline: "docs",
    steps: [{ step_id: "write" }],
    policy: { protected_paths: ["**/*.md"], egress_allowlist: [] },
    budget: { max_calls: 40 },
  });
});

test("a pull request's own version has no effect", async () => {
  await configure(own);
  await world.standIn.commitFiles({ repo, branch: "loose", files: { "x.txt": "x\n" }, author: person });
  await configure("protected_paths: []\n", "loose");
  const { number } = await world.standIn.openPullRequest({
    repo,
    title: "Loose",
    author: person,
    head: "loose",
  });
  await world.comment(number, "/agent docs say more in README.md");
  const held = await world.until(
    () => world.ownComments(number).find(({ body }) => /✋/.test(body)),
    "that it is held",
  );
  expect(held.body).toContain("README.md");
});

test("who may not by it gets a 👎 and nothing else", async () => {
  await configure(`deny: [${person}]\n`);
  const number = await world.openIssue();
  await world.comment(number, "/agent quick let me in");
  await world.until(() => world.reactions().find(({ content }) => content === "-1"), "the refusal");
  expect(world.ownComments(number)).toEqual([]);
});

test("of a team's members each may, nobody else may, and a team that there isn't lets nobody in", async () => {
  await world.standIn.createTeam("acme", "core", ["insider"]);
  for (const login of ["insider", "outsider"]) await world.standIn.setPermission(repo, login, "write");
  await configure("allow: [acme/core]\n");
  const number = await world.openIssue();
  const ask = (author: string, body: string) => world.standIn.comment({ repo, number, author, body });
  await ask("outsider", "/agent plan let me in");
  const isRefusal = ({ content }: { content: string }): boolean => content === "-1";
  const refusals = world.reactions().filter(isRefusal).length;
  await world.until(() => world.reactions().filter(isRefusal).length >= Math.max(1, refusals), "the refusal");
  expect(world.ownComments(number)).toEqual([]);
  await ask("insider", "/agent plan let me in");
  await world.until(() => world.ownComments(number).find(({ body }) => /📋 Plan/.test(body)), "the plan");

  await configure("deny: [acme/core]\n");
  await ask("insider", "/agent plan let me in again");
  await world.until(() => world.reactions().filter(isRefusal).length > refusals, "the refusal of a member");
  await configure("allow: [acme/nobody]\n");
  await ask("outsider", "/agent plan let me in");
  await world.until(
    () => world.ownComments(number).find(({ body }) => /there is no such team/.test(body)),
    "that there is no such team",
  );
  expect(world.ownComments(number)).toHaveLength(2);
});

test("a pull request that breaks it is told so once, and when it is mended", async () => {
  await configure(own);
  const files = { "src/login.ts": "export const maxTries = 5;\n" };
  await world.standIn.commitFiles({ repo, branch: "settings", files, message: "fix: tries", author: person });
  await configure("permissions:\n  run: everybody\n", "settings");
  const { number } = await world.standIn.openPullRequest({
    repo,
    title: "S",
    author: person,
    head: "settings",
  });
  const said = () => world.ownComments(number).map(({ body }) => body);
  const until = (wanted: RegExp) =>
    world.until(() => said().find((body) => wanted.test(body)), `${String(wanted)} on the pull request`);
  await until(/line 2, column 8/);
  await configure("pipeline: {}\n", "settings");
  await until(/line 1, column 1/);
  await configure("permissions: { run: maintain }\n", "settings");
  await until(/can be read again/);
  expect(said()).toHaveLength(1);
});

test("broken it is told with line and column, and nothing starts; to look is possible all the same", async () => {
  await configure("permissions:\n  run: everybody\npipeline: {}\n");
  const jobs = await world.jobs();
  const body = await ask("/agent quick fix it", /can't be read/);
  expect(body).toContain("line 2, column 8");
  expect(body).toContain("line 3, column 1");
  expect(body).toContain("pipelines");
  expect(await world.jobs()).toEqual(jobs);
  await ask("/agent status", /Nothing|runs|held/);
});
