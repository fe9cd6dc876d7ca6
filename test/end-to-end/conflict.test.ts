// A branch that moves while a job works on it: the conflict is told, and `continue` solves it.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { temporaryFolder } from "../temp-folder.ts";
import { createWorld, person, repo, type World } from "./world.ts";

const folder = await temporaryFolder();
const fixture = join(import.meta.dirname, "..", "fixtures", "agents", "collides.js");
const gate = join(folder, "gate");
let world: World;

beforeAll(async () => {
  const path = join(folder, "world");
  world = await createWorld(path, {
    ENABLE_REAL_CLI: "1",
    SANDBOX: "none",
    NETWORK_POLICY: "allow",
    ALLOWED_BINARIES: process.execPath,
    AGENTS_FILE: join(path, "agents.yml"),
  });
  const agents = ["solves", "leaves"].map((name) => ({
    name,
    binary: process.execPath,
    args: [fixture, gate, name],
  }));
  writeFileSync(join(path, "agents.yml"), JSON.stringify(agents));
  await world.start();
});
afterAll(() => world.stop());
beforeEach(() => rmSync(gate, { force: true }));

const commit = (branch: string, files: Record<string, string>) =>
  world.standIn.commitFiles({ repo, branch, files, author: person });

/** The body of our comment on an issue once it matches; `at` counts our comments there from 0. */
function said(number: number, pattern: RegExp, at = 0): Promise<string> {
  return world.until(
    () => {
      const body = world.ownComments(number)[at]?.body;
      return body !== undefined && pattern.test(body) ? body : undefined;
    },
    `${String(pattern)} in comment ${at} of #${number}`,
  );
}

/** A pull request whose branch changes the agent's very line while it works. */
async function collide(branch: string, agent: string): Promise<number> {
  await commit(branch, { "src/login.ts": "export const maxTries = 3;\n" });
  const { number } = await world.standIn.openPullRequest({
    repo,
    title: "Tries",
    author: person,
    head: branch,
  });
  await world.comment(number, `/agent quick --agent ${agent} allow five tries`);
  await said(number, /\*\*Implement\*\* · \w+ · ⏳/);
  await commit(branch, { "src/login.ts": "export const maxTries = 4;\n", "more.txt": "more\n" });
  writeFileSync(gate, "");
  expect(await said(number, /⚠️ Done, but not published/)).toMatch(
    /there too were changed: src\/login\\?\.ts.*Say `continue`: it puts/s,
  );
  return number;
}

test("the files are told, and `continue` puts the change on the branch with the conflict solved", async () => {
  const number = await collide("tries", "solves");
  await world.comment(number, "/agent continue");
  const body = await said(number, /✅ Pushed/, 1);
  expect(body).toContain("> allow five tries");
  expect(body).toMatch(/The conflict in `?src\/login\.ts`? is solved/);
  const job = /patchbay:job:([0-9a-f]{32})/.exec(body)?.[1] ?? "";
  expect(world.spec(job)?.carries).toBe(
    /patchbay:job:([0-9a-f]{32})/.exec(world.ownComments(number)[0]?.body ?? "")?.[1],
  );
  expect(world.artifact(job, "patch.diff")).toContain("+// as the branch and the job want it");
  expect(world.artifact(job, "patch.diff")).not.toContain("more.txt");
  // What is published has nothing left to be continued without words.
  await world.comment(number, "/agent continue");
  expect(await said(number, /./, 2)).toContain("`continue` needs the words");
});

test("marks that an agent leaves are not pushed", async () => {
  const number = await collide("more-tries", "leaves");
  await world.comment(number, "/agent continue");
  const body = await said(number, /^### ❌/m, 1);
  expect(body).toContain('the marks of the conflict are still in "src/login.ts"'.replaceAll('"', '"'));
  expect(world.standIn.violations).toEqual([]);
});
