// `--vs`: two agents, two changes, and a person who takes one.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../temp-folder.ts";
import { createWorld, person, repo, type World } from "./world.ts";

const folder = await temporaryFolder();
const fixture = join(import.meta.dirname, "..", "fixtures", "agents", "contends.js");
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
  const agents = ["left", "right", "workflow", "fails", "judge"].map((name) => ({
    name,
    binary: process.execPath,
    args: [fixture, name],
  }));
  writeFileSync(join(path, "agents.yml"), JSON.stringify(agents));
  const files = { ".github/agent.yml": "agents: { planner: judge, reviewer: judge, implementer: left }\n" };
  await world.standIn.commitFiles({ repo, branch: "main", files, author: person });
  await world.start();
});
afterAll(() => world.stop());

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

test("both work from the same commit, a third compares them, and the one that is chosen is published", async () => {
  const number = await world.openIssue();
  await world.comment(number, "/agent quick --vs right make it shorter");
  const body = await said(number, /⚖️ Two changes to choose from/);
  expect(body).toContain("|  | **A** · left | **B** · right |");
  expect(body).toContain("| Change | 2 files changed, +2 −3 | 2 files changed, +2 −3 |");
  expect(body).toContain("| Gate | passes | passes |");
  expect(body).toContain("| Verdict | – | ✅ the better one |");
  expect(body).toMatch(/`\/agent apply A` or `\/agent apply B` publishes it/);
  expect(body).toContain("The diff of A");
  expect(body.match(/saw nothing/g)).toHaveLength(2);
  expect(world.ownPulls()).toEqual([]);

  await world.comment(number, "/agent apply");
  expect(await said(number, /choose from/, 1)).toContain("`/agent apply A` or `/agent apply B`");
  await world.comment(number, "/agent approve");
  expect(await said(number, /./, 2)).toContain("No job waits for an approval");

  await world.comment(number, "/agent apply b");
  const released = await said(number, /^### ✅/m);
  expect(released).toContain(`${person} chose B, the change by right`);
  const [pull] = world.ownPulls();
  expect(pull?.body).toContain("The right one saw nothing");
  expect(pull?.body).not.toContain("The left one");
  const job = /patchbay:job:([0-9a-f]{32})/.exec(released)?.[1] ?? "";
  expect(world.artifact(job, "patch.diff")).toBe(world.artifact(job, "patch-b.diff"));
  expect(world.artifact(job, "patch.diff")).toContain("right.txt");
  // Nothing is left to choose.
  await world.comment(number, "/agent apply A");
  expect(await said(number, /./, 3)).toContain("No patch is held here");
  expect(world.ownPulls()).toHaveLength(1);
});

test("a change that the gate holds asks more of who takes it, and one that failed can't be taken", async () => {
  const guarded = await world.openIssue();
  await world.comment(guarded, "/agent quick --vs workflow make it shorter");
  expect(await said(guarded, /⚖️ Two changes/)).toContain(
    "B can be taken only with maintain or admin permission",
  );
  await world.comment(guarded, "/agent apply B");
  expect(await said(guarded, /./, 1)).toContain("only someone with maintain permission can release it");
  await world.comment(guarded, "/agent discard");
  await said(guarded, /🗑️ Discarded/);

  const failed = await world.openIssue();
  await world.comment(failed, "/agent quick --vs fails make it shorter");
  const body = await said(failed, /⚖️ One change to take or leave/);
  expect(body).toContain("| Change | 2 files changed, +2 −3 | failed |");
  await world.comment(failed, "/agent apply B");
  expect(await said(failed, /./, 1)).toContain("There is no change B to choose, only A");
});

test("what can't be compared is refused with the reason", async () => {
  const number = await world.openIssue();
  await world.comment(number, "/agent plan --vs right look at it");
  expect(await said(number, /./)).toContain("no step that changes something");
  await world.comment(number, "/agent quick --vs left look at it");
  expect(await said(number, /./, 1)).toContain("makes the change already");
  await world.comment(number, "/agent quick --vs nobody look at it");
  expect(await said(number, /./, 2)).toContain("There is no agent");
});
