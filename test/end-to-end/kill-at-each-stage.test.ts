import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { watch } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { processesOf } from "../../src/io/process-tree.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { createWorld, type World } from "./world.ts";

const folder = await temporaryFolder();
let world: World;
let worlds = 0;

afterEach(() => world.stop());

/** One of each thing on GitHub, and the pull request holds exactly what passed the gate. */
async function expectOneOfEach(number: number): Promise<void> {
  const [job, ...others] = await world.published();
  expect(others).toEqual([]);
  expect(await world.jobs()).toEqual([job]);
  expect(world.ownComments(number)).toHaveLength(1);
  expect(world.ownPulls()).toHaveLength(1);
  expect(world.reactions().filter((reaction) => reaction.content === "eyes")).toHaveLength(1);
  const result = world.result(job ?? "");
  expect(result?.status).toBe("success");
  expect(await world.treeOf(world.ownPulls()[0]?.pull?.head.ref ?? "")).toBe(result?.patch?.tree);
  expect(world.ownComments(number)[0]?.body).toContain(`#${world.ownPulls()[0]?.number}`);
}

/** The request at which the process is killed, before GitHub does what it asks or right after. */
const stages: [string, { method: string; path: string; nth?: number }, Record<string, string>?][] = [
  ["authorizing", { method: "GET", path: "/repos/*/*/collaborators/*/permission" }],
  ["reading the base", { method: "GET", path: "/repos/*/*/git/ref/**" }],
  ["reacting", { method: "POST", path: "/repos/*/*/issues/comments/*/reactions" }],
  ["creating the comment", { method: "POST", path: "/repos/*/*/issues/*/comments" }],
  ["making a token", { method: "POST", path: "/app/installations/*/access_tokens" }],
  ["fetching", { method: "POST", path: "/*/*.git/git-upload-pack" }],
  ["pushing", { method: "POST", path: "/*/*.git/git-receive-pack" }, { VERIFIED_COMMITS: "0" }],
  ["making the branch", { method: "POST", path: "/repos/*/*/git/refs" }],
  ["committing", { method: "POST", path: "/api/graphql" }],
  ["creating the pull request", { method: "POST", path: "/repos/*/*/pulls" }],
  ["editing the comment", { method: "PATCH", path: "/repos/*/*/issues/comments/*" }],
];

describe("kill -9, then a restart, still ends with one comment and one pull request, when it strikes while", () => {
  for (const [name, target, env] of stages) {
    for (const after of [false, true]) {
      test(`${name}, ${after ? "after" : "before"} GitHub did it`, async () => {
        world = await createWorld(join(folder, String(++worlds)), env);
        const first = await world.start();
        const number = await world.openIssue();
        const hold = world.standIn.faults.hold({ ...target, after });
        await world.comment(number, "/agent allow five tries in src/login.ts");
        await hold.arrived;
        await first.kill();
        hold.drop();
        hold.remove();
        await world.start();
        await expectOneOfEach(number);
        expect(world.standIn.violations).toEqual([]);
      });
    }
  }
});

describe("a running agent", () => {
  const fixture = join(import.meta.dirname, "..", "fixtures", "agents", "waits-for-file.js");

  async function worldWithAgent(): Promise<{ gate: string; number: number }> {
    const path = join(folder, String(++worlds));
    const gate = join(path, "gate");
    world = await createWorld(path, {
      ENABLE_REAL_CLI: "1",
      SANDBOX: "none",
      NETWORK_POLICY: "allow",
      ALLOWED_BINARIES: process.execPath,
      AGENTS_FILE: join(path, "agents.yml"),
    });
    writeFileSync(
      join(path, "agents.yml"),
      JSON.stringify([{ name: "waiter", binary: process.execPath, args: [fixture, gate] }]),
    );
    return { gate, number: await world.openIssue() };
  }

  const starts = (gate: string): string[] =>
    existsSync(`${gate}.starts`) ? readFileSync(`${gate}.starts`, "utf8").trim().split("\n") : [];

  test("is ended before the step starts again, and the job goes on", async () => {
    const { gate, number } = await worldWithAgent();
    const first = await world.start();
    await world.comment(number, "/agent quick --agent waiter allow five tries");
    await world.until(() => world.ownComments(number)[0], "the first comment");
    await untilFile(gate, () => starts(gate).length === 1);
    const [job = ""] = await world.jobs();
    expect((await processesOf(job)).length).toBe(1);
    await first.kill();
    expect((await processesOf(job)).length).toBe(1);

    await world.start();
    await untilFile(gate, () => starts(gate).length === 2);
    expect((await processesOf(job)).map(String)).toEqual([starts(gate)[1]]);
    writeFileSync(gate, "");
    await expectOneOfEach(number);
    expect(await processesOf(job)).toEqual([]);
  });

  test("whose runner died too often is ended, and the job's failure is told", async () => {
    const { gate, number } = await worldWithAgent();
    const first = await world.start("all", { RUNNER_MAX_CRASHES: "1" });
    await world.comment(number, "/agent quick --agent waiter allow five tries");
    await untilFile(gate, () => starts(gate).length === 1);
    const [job = ""] = await world.jobs();
    await first.kill();

    await world.start("all", { RUNNER_MAX_CRASHES: "1" });
    await world.published();
    expect(await processesOf(job)).toEqual([]);
    expect(starts(gate)).toHaveLength(1);
    expect(world.result(job)).toMatchObject({ status: "failed", error: { code: "crashed" } });
    expect(world.ownComments(number)).toHaveLength(1);
    expect(world.ownComments(number)[0]?.body).toMatch(/❌[\s\S]*died once/);
    expect(world.ownPulls()).toEqual([]);
  });

  test("is ended by SIGTERM when the drain takes too long; the job goes back and resumes", async () => {
    const { gate, number } = await worldWithAgent();
    const first = await world.start("all", { RUNNER_DRAIN_SEC: "0" });
    await world.comment(number, "/agent quick --agent waiter allow five tries");
    await untilFile(gate, () => starts(gate).length === 1);
    const [job = ""] = await world.jobs();
    expect(await first.stop()).toBe(0);
    expect(await processesOf(job)).toEqual([]);
    expect(world.publication(job)?.final).not.toBe(true);

    writeFileSync(gate, "");
    await world.start();
    await expectOneOfEach(number);
  });
});

/** Resolves once something holds of the files in the folder of `path`, asked after each change there. */
async function untilFile(path: string, holds: () => boolean): Promise<void> {
  const changes = watch(dirname(path), { signal: AbortSignal.timeout(40_000) });
  if (holds()) return;
  for await (const _change of changes) {
    if (holds()) return;
  }
}
