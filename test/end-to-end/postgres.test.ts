// Web and runners as on three machines: a database and the artifacts' folder are all that they share.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { watch } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { startPostgres } from "../../demo/postgres/start.ts";
import { openDatabase } from "../../src/queue/postgres/database.ts";
import { processesOf } from "../../src/io/process-tree.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { createWorld, type PatchbayProcess, type World } from "./world.ts";

const folder = await temporaryFolder();
const server = await startPostgres({ settings: { fsync: "off" } });
afterAll(() => server.end());
let world: World;
let databaseUrl: string;
let databases = 0;
/** Each test has a database of its own. */
beforeEach(async () => {
  databases += 1;
  const admin = await openDatabase({ url: server.url, schema: "admin" });
  await admin.db.executeSql(`CREATE DATABASE test_${databases}`);
  await admin.close();
  databaseUrl = Object.assign(new URL(server.url), { pathname: `/test_${databases}` }).href;
});
afterEach(() => world.stop());

/** Its own data folder, as a machine of its own would have. */
function machine(name: string): Record<string, string> {
  return { DATABASE_URL: databaseUrl, DATA_ROOT: join(world.folder, name) };
}

function worked(runner: PatchbayProcess): string[] {
  return runner.lines.flatMap((line) => /"msg":"job ([0-9a-f]{32}) started"/.exec(line)?.[1] ?? []);
}

test(
  "comment to pull request with the queues in Postgres, the work shared by two runners",
  { timeout: 150_000 },
  async () => {
    world = await createWorld(join(folder, "world"));
    const web = await world.start("web", machine("web"));
    const runners = [
      await world.start("runner", { ...machine("one"), RUNNER_CONCURRENCY: "1" }),
      await world.start("runner", { ...machine("two"), RUNNER_CONCURRENCY: "1" }),
    ];
    const numbers: number[] = [];
    for (let i = 0; i < 4; i += 1) numbers.push(await world.openIssue(`Too many tries, ${i}`));
    for (const number of numbers) await world.comment(number, "/agent fix allow five tries");

    const jobs = await world.published(numbers.length);
    expect(jobs.map((job) => world.result(job)?.status)).toEqual(jobs.map(() => "success"));
    for (const number of numbers) expect(world.ownComments(number)).toHaveLength(1);
    expect(world.ownPulls()).toHaveLength(numbers.length);
    const [pull] = world.ownPulls();
    const trees = jobs.map((job) => world.result(job)?.patch?.tree);
    expect(trees).toContain(await world.treeOf(pull?.pull?.head.ref ?? ""));
    // Each job ran once, on one of the two, and both had work.
    const shares = runners.map(worked);
    expect(shares.flat().toSorted()).toEqual(jobs);
    for (const share of shares) expect(share.length).toBeGreaterThan(0);

    for (const runner of runners) expect(await runner.stop()).toBe(0);
    expect(await web.stop()).toBe(0);
  },
);

/** A world with an agent that ends once the file `gate` is there, and what it takes to know how often it began. */
async function worldWithWaiter(name: string) {
  const path = join(folder, name);
  const gate = join(path, "gate");
  world = await createWorld(path, {
    ENABLE_REAL_CLI: "1",
    SANDBOX: "none",
    NETWORK_POLICY: "allow",
    ALLOWED_BINARIES: process.execPath,
    AGENTS_FILE: join(path, "agents.yml"),
    RUNNER_RECLAIM_AFTER_SEC: "10",
  });
  const program = join(import.meta.dirname, "..", "fixtures", "agents", "waits-for-file.js");
  const agent = { name: "waiter", binary: process.execPath, args: [program, gate] };
  writeFileSync(join(path, "agents.yml"), JSON.stringify([agent]));
  const starts = (): string[] =>
    existsSync(`${gate}.starts`) ? readFileSync(`${gate}.starts`, "utf8").trim().split("\n") : [];
  return {
    starts,
    number: await world.openIssue(),
    started: (count: number) => untilFile(path, () => starts().length === count),
    open: () => writeFileSync(gate, ""),
  };
}
const useWaiter = "/agent quick --agent waiter allow five tries";

async function expectOneOfEach(number: number, job: string): Promise<void> {
  expect(await world.published()).toEqual([job]);
  expect(world.result(job)?.status).toBe("success");
  expect(world.ownComments(number)).toHaveLength(1);
  expect(world.ownPulls()).toHaveLength(1);
  const branch = world.ownPulls()[0]?.pull?.head.ref ?? "";
  expect(await world.treeOf(branch)).toBe(world.result(job)?.patch?.tree);
}

test(
  "another runner takes over from one that was killed, ends its agent, and it is published once",
  { timeout: 150_000 },
  async () => {
    const waiter = await worldWithWaiter("killed");
    await world.start("web", machine("web"));
    const first = await world.start("runner", machine("one"));
    await world.comment(waiter.number, useWaiter);
    await waiter.started(1);
    const [job = ""] = worked(first);
    const second = await world.start("runner", machine("two"));
    await first.kill();
    await waiter.started(2);
    expect((await processesOf(job)).map(String)).toEqual([waiter.starts()[1]]);
    waiter.open();
    await expectOneOfEach(waiter.number, job);
    expect(worked(second)).toEqual([job]);
  },
);

test(
  "while the database is away a job runs on and deliveries get a 503; when it is back both go on",
  { timeout: 150_000 },
  async () => {
    const waiter = await worldWithWaiter("away");
    await world.start("web", machine("web"));
    const runner = await world.start("runner", { ...machine("one"), RUNNER_RECLAIM_AFTER_SEC: "120" });
    await world.comment(waiter.number, useWaiter);
    await waiter.started(1);
    const [job = ""] = worked(runner);

    await server.crash();
    const other = await world.openIssue("Another one");
    await world.comment(other, "/agent plan how to allow six tries");
    const refused = await world.until(
      () => world.standIn.deliveries.find((delivery) => delivery.status_code === 503),
      "the refusal",
    );
    expect(refused.event).toBe("issue_comment");
    waiter.open();
    await world.until(
      () => runner.lines.some((line) => line.includes("is away")) || undefined,
      "the runner's word",
    );
    await server.start();

    await expectOneOfEach(waiter.number, job);
    expect(worked(runner)).toEqual([job]);
    // GitHub's redelivery, and once more.
    for (const each of [0, 1]) {
      world.standIn.redeliver(refused);
      const again = await world.until(
        () => world.standIn.deliveries.filter((delivery) => delivery.redelivery)[each],
        "the redelivery",
      );
      expect(again.status_code).toBe(202);
    }
    expect(await world.published(2)).toHaveLength(2);
    expect(world.ownComments(other)).toHaveLength(1);
  },
);

test(
  "a process whose artifacts lie elsewhere refuses to start and says what to do",
  { timeout: 150_000 },
  async () => {
    world = await createWorld(join(folder, "elsewhere"));
    await (await world.start("web", machine("web"))).stop();
    const other = { ...machine("web"), ARTIFACTS_ROOT: join(world.folder, "another-folder") };
    await expect(world.start("web", other)).rejects.toThrow(
      /ARTIFACTS_ROOT: .*another-folder is not the folder.*is missing.*Mount the same folder/s,
    );
  },
);

/** Resolves once something holds of the files in `parent`, asked after each change there. */
async function untilFile(parent: string, holds: () => boolean): Promise<void> {
  const changes = watch(parent, { signal: AbortSignal.timeout(40_000) });
  if (holds()) return;
  for await (const _change of changes) {
    if (holds()) return;
  }
}
