// Where a change goes: by the command's options, and by the repository's configuration.
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../temp-folder.ts";
import { createWorld, person, repo, type World } from "./world.ts";

const folder = await temporaryFolder();
let world: World;
beforeAll(async () => {
  world = await createWorld(join(folder, "world"));
  await world.start();
  await commit("next", { "NEXT.md": "What comes next.\n" });
});
afterAll(() => world.stop());

const commit = (branch: string, files: Record<string, string>) =>
  world.standIn.commitFiles({ repo, branch, files, author: person });

async function answer(number: number, text: string, wanted: RegExp): Promise<string> {
  await world.comment(number, text);
  return world.until(
    () => world.ownComments(number).find(({ body }) => wanted.test(body))?.body,
    `${String(wanted)} after ${text}`,
  );
}

const pullOf = (body: string) => {
  const number = Number(/Pull request #(\d+)/.exec(body)?.[1]);
  return world.ownPulls().find((pull) => pull.number === number);
};

test("two commands that waited together end in one pull request, as long as the changes fit together", async () => {
  await commit("main", { "src/one.ts": "export const one = 1;\n", "src/two.ts": "export const two = 2;\n" });
  const number = await world.openIssue();
  const lines = ["src/one.ts", "src/two.ts", "src/one.ts"].map((file) => `/agent quick say it in ${file}`);
  await world.comment(number, lines.join("\n\n"));
  const jobs = await world.published(3);
  // Two change the same line: whichever comes later doesn't fit on top, and gets a pull request of its own.
  const branchesOf = (file: string) =>
    jobs
      .filter((job) => world.spec(job)?.goal.includes(file))
      .map((job) => world.publication(job)?.branch?.name);
  const pulls = world.ownPulls().map((pull) => pull.pull?.head.ref);
  expect(pulls).toHaveLength(2);
  expect(new Set(branchesOf("one.ts"))).toEqual(new Set(pulls));
  expect(pulls).toEqual(expect.arrayContaining(branchesOf("two.ts")));
  const said = world.ownComments(number).map(({ body }) => body);
  expect(said.filter((body) => body.includes("is updated by"))).toHaveLength(1);
  expect(world.standIn.violations).toEqual([]);
});

test("--base and --branch are the pull request's, and the next command on the issue goes on with it", async () => {
  const number = await world.openIssue();
  const first = await answer(
    number,
    "/agent quick --base next --branch hot-fix/1 say it",
    /is ready for review/,
  );
  expect(pullOf(first)).toMatchObject({ pull: { head: { ref: "hot-fix/1" }, base: { ref: "next" } } });
  const second = await answer(number, "/agent quick say it in another file too", /is updated by/);
  expect(pullOf(second)?.number).toBe(pullOf(first)?.number);
  await answer(
    await world.openIssue(),
    "/agent quick --branch hot-fix/1 me too",
    /branch `hot-fix\/1` already/,
  );
  await answer(number, "/agent quick --base nowhere x", /no branch `nowhere`/);
});

test("by the repository's configuration: another base, its own names, only a branch, or nothing without a person", async () => {
  await commit("main", {
    ".github/agent.yml": 'publish: { base: next, mode: branch, branch: "bot/{number}_{id}" }\n',
  });
  const number = await world.openIssue();
  const body = await answer(number, "/agent quick say it", /is ready/);
  const branch = /branch `(.*?)`/.exec(body)?.[1] ?? "";
  expect(branch).toMatch(new RegExp(`^bot/${number}_[0-9a-f]{6}$`));
  const job = /patchbay:job:([0-9a-f]{32})/.exec(body)?.[1] ?? "";
  expect(world.spec(job)).toMatchObject({ base: { ref: "next" } });
  expect(body).toContain(`/compare/next...${branch}?expand=1`);

  await commit("main", { ".github/agent.yml": "publish: { mode: hold }\n" });
  const held = await world.openIssue();
  await answer(held, "/agent quick say it", /✋[\s\S]*hold/);
  await answer(held, "/agent apply", /is ready for review/);
});

test("retry --from takes over what the steps before made", async () => {
  const number = await world.openIssue();
  await commit("main", { ".github/agent.yml": "version: 1\n" });
  await answer(number, "/agent --dry-run say it", /Dry run/);
  await world.comment(number, "/agent retry --from review");
  const again = await world.until(
    () => world.ownComments(number).filter(({ body }) => /Dry run/.test(body))[1]?.body,
    "the second one's end",
  );
  const job = /patchbay:job:([0-9a-f]{32})/.exec(again)?.[1] ?? "";
  const steps = world
    .result(job)
    ?.steps.map(({ warnings }) => warnings.some((one) => /taken over/.test(one)));
  expect(steps).toEqual([true, true, false]);
});
