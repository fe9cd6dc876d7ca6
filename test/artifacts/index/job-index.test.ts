import { rmSync, writeFileSync } from "node:fs";
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { findJobs, JobFilter } from "../../../src/artifacts/index/find-jobs.ts";
import { insightAgents, insightDays, insightGroups } from "../../../src/artifacts/index/insight.ts";
import { type JobIndex, openJobIndex, rebuildIndex } from "../../../src/artifacts/index/job-index.ts";
import { jobsNow } from "../../../src/artifacts/index/jobs-now.ts";
import { knownNames } from "../../../src/artifacts/index/known-names.ts";
import type { Sight } from "../../../src/artifacts/index/who-sees.ts";
import { repository } from "../../publisher/job.ts";
import { temporaryFolder } from "../../temp-folder.ts";
import { makeJob } from "./make-jobs.ts";

const folder = await temporaryFolder();
let count = 0;
const opened: JobIndex[] = [];

async function openOne() {
  count += 1;
  const root = join(folder, `artifacts-${count}`);
  await mkdir(root);
  const file = join(folder, `${count}.sqlite`);
  return { root, file, open: () => openAt(root, file) };
}

function openAt(root: string, file: string): JobIndex {
  const index = openJobIndex({ root, file });
  opened.push(index);
  return index;
}

afterEach(() => {
  for (const index of opened.splice(0)) index.close();
});

function find(index: JobIndex, filter: Partial<JobFilter> = {}, sight: Sight = "everything"): string[] {
  return index.query((db) => findJobs(db, JobFilter.parse(filter), sight)).jobs.map(({ job_id: id }) => id);
}

/** Everything in it that is not about the index itself, in one order. */
function contents(index: JobIndex): unknown {
  return index.query((db) => ({
    jobs: db
      .prepare("SELECT * FROM jobs ORDER BY job_id")
      .all()
      .map(({ n: _n, folder_ms: _at, is_open: _open, ...job }) => job),
    steps: db
      .prepare("SELECT job_id, steps.* FROM steps JOIN jobs ON jobs.n = steps.n ORDER BY job_id, step_id")
      .all()
      .map(({ n: _n, ...step }) => step),
    words: ["fix", "plan", "acme", "alice", "colour"].map((word) => find(index, { text: word })),
  }));
}

const waited = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 450));

/** As somebody who asks again and again until it is there; fails by the test's own time limit. */
async function until(index: JobIndex, look: () => boolean): Promise<void> {
  while (!look()) {
    await waited();
    await index.catchUp();
  }
}

describe("the index", () => {
  test("finds jobs by words, place, person, state, agent, time and cost", async () => {
    const { root, open } = await openOne();
    const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 1, 0, minute));
    const red = makeJob(root, {
      at: at(1),
      spec: { goal: "fix the colour of the café's door" },
      state: "finished",
      result: { metrics: { duration_ms: 5000, cost_usd: 2, tokens_in: 1, tokens_out: 1 } },
      report: "It was painted *red*.",
    });
    const other = makeJob(root, {
      at: at(2),
      spec: {
        repository: { ...repository, name: "Stock" },
        requested_by: { login: "Bob", id: 2, permission: "write" },
        pipeline: "quick",
      },
      state: "running",
    });
    const local = makeJob(root, { at: at(3), project: "shop" });
    const index = open();
    await index.catchUp();

    expect(find(index)).toEqual([local, other, red]);
    expect(find(index, { order: "oldest" })).toEqual([red, other, local]);
    expect(find(index, { order: "cost" })[0]).toBe(red);
    expect(find(index, { text: "CAFE door" })).toEqual([red]);
    expect(find(index, { text: "paint" })).toEqual([red]);
    expect(find(index, { text: "paint", order: "duration" })).toEqual([red]);
    expect(find(index, { text: 'a" OR "b NEAR( *:^' })).toEqual([]);
    expect(find(index, { text: "bob" })).toEqual([other]);
    expect(find(index, { text: red.slice(0, 20) })).toContain(red);
    expect(find(index, { repository: "ACME/stock" })).toEqual([other]);
    expect(find(index, { repository: "shop" })).toEqual([local]);
    expect(find(index, { person: "@bob" })).toEqual([other]);
    expect(find(index, { status: "success" })).toEqual([red]);
    expect(find(index, { status: "open" })).toEqual([local, other]);
    expect(find(index, { pipeline: "quick" })).toEqual([other]);
    expect(find(index, { agent: "codex" })).toHaveLength(3);
    expect(find(index, { agent: "none" })).toEqual([]);
    expect(find(index, { fromMs: at(2).getTime(), toMs: at(3).getTime() })).toEqual([other]);
    expect(find(index, { minCostUsd: 1 })).toEqual([red]);

    const sight = new Set(["acme/stock"]);
    expect(find(index, {}, sight)).toEqual([other]);
    expect(find(index, { text: "café" }, sight)).toEqual([]);
    expect(find(index, { repository: "shop" }, new Set(["shop"]))).toEqual([]);
    expect(index.query((db) => knownNames(db, sight))).toMatchObject({
      repositories: ["acme/stock"],
      pipelines: ["quick"],
    });
    const now = index.query((db) => jobsNow(db, "everything"));
    expect([now.running.length, now.waiting.length, now.ended.length]).toEqual([1, 1, 1]);
    expect(index.query((db) => jobsNow(db, sight)).waitingTotal).toBe(0);
    const days = { fromDay: 0, toDay: 30_000 };
    expect(index.query((db) => insightDays(db, days, "everything"))).toMatchObject([
      { success: 1, cost_usd: 2, median_ms: 5000 },
    ]);
    expect(index.query((db) => insightGroups(db, "repository", days, "everything"))).toMatchObject([
      { name: "acme/shop", jobs: 1 },
    ]);
    expect(index.query((db) => insightDays(db, days, sight))).toEqual([]);
    expect(index.query((db) => insightAgents(db, days, "everything")).map(({ name }) => name)).toEqual([
      "opencode",
      "claude",
      "codex",
    ]);
  });

  test("gives every job once, page by page, in each order", async () => {
    const { root, open } = await openOne();
    for (let each = 0; each < 25; each += 1) {
      const metrics = {
        duration_ms: each % 3,
        cost_usd: each % 4 || null,
        tokens_in: null,
        tokens_out: null,
      };
      makeJob(root, {
        at: new Date(1_700_000_000_000 + Math.floor(each / 5)),
        state: "finished",
        result: { metrics },
      });
    }
    const index = open();
    await index.catchUp();
    for (const order of ["newest", "oldest", "cost", "duration"] as const) {
      const seen: string[] = [];
      for (let cursor: string | undefined; ;) {
        const page = index.query((db) =>
          findJobs(db, JobFilter.parse({ order, cursor, limit: 7 }), "everything"),
        );
        expect(page.total).toBe(25);
        seen.push(...page.jobs.map(({ job_id: id }) => id));
        cursor = page.next;
        if (cursor === undefined) break;
      }
      expect(new Set(seen).size).toBe(25);
      expect(seen).toHaveLength(25);
    }
  });

  test("follows the files while it is open", async () => {
    const { root, open } = await openOne();
    const index = open();
    await index.catchUp();
    const id = makeJob(root, {});
    await until(index, () => find(index, { status: "queued" }).length === 1);
    makeJob(root, { id, state: "running" });
    await until(index, () => find(index, { status: "running" }).length === 1);
    await rm(join(root, id), { recursive: true });
    await until(index, () => find(index).length === 0);
    expect(contents(index)).toMatchObject({ jobs: [], steps: [] });
  });

  test("is built anew when it is missing, damaged, half there or of another version", async () => {
    const { root, file, open } = await openOne();
    const id = makeJob(root, { state: "finished", result: {} });
    const first = open();
    await first.catchUp();
    first.close();
    const harms: (() => void | Promise<void>)[] = [
      () => rm(file),
      () =>
        writeFile(file, "this is no database, and longer than the header of one would have to be".repeat(9)),
      () => writeFile(file, ""),
      async () => {
        const bytes = await readFile(file);
        await writeFile(file, Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096, 7)]));
      },
      () => {
        const db = new DatabaseSync(file);
        db.exec("PRAGMA user_version = 99");
        db.close();
      },
    ];
    for (const harm of harms) {
      await harm();
      const index = open();
      await index.catchUp();
      expect(find(index)).toEqual([id]);
      index.close();
    }
  });

  test("takes over what another process has rebuilt", async () => {
    const { root, file, open } = await openOne();
    makeJob(root, {});
    const index = open();
    await index.catchUp();
    index.query((db) => db.exec("UPDATE jobs SET goal = 'something that no file says'"));
    expect(await rebuildIndex({ root, file })).toBe(1);
    await waited();
    await index.catchUp();
    const { jobs } = index.query((db) => findJobs(db, JobFilter.parse({}), "everything"));
    expect(jobs).toMatchObject([{ goal: "fix the flaky login test" }]);
  });

  test("passes over what is no job: damaged files, links, strange names", async () => {
    const { root, open } = await openOne();
    const good = makeJob(root, {});
    const broken = makeJob(root, {});
    writeFileSync(join(root, broken, "job.json"), "{");
    const led = makeJob(root, {});
    rmSync(join(root, led, "job.json"));
    await symlink(join(root, good, "job.json"), join(root, led, "job.json"));
    await mkdir(join(root, ".idempotency"));
    await mkdir(join(root, "lost+found"));
    await writeFile(join(root, "a-file-here"), "");
    const index = open();
    await index.catchUp();
    expect(find(index)).toEqual([good]);
  });
});

const change = fc.record({
  job: fc.integer({ min: 0, max: 5 }),
  act: fc.constantFrom("queue", "run", "end", "hold", "fail", "remove", "look"),
  word: fc.constantFrom("fix", "plan", "colour"),
});

test("after random changes the index is what a rebuild makes of the files", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 12 }), async (changes) => {
      const { root, file, open } = await openOne();
      const index = open();
      const at = Date.now() - 100_000;
      for (const { job, act, word } of changes) {
        const id = `0198f3c1a2b37c4d8e5f6071829${String(job).padStart(5, "0")}`;
        const common = { id, at: new Date(at + (job % 3)), spec: { goal: word } };
        if (act === "queue") makeJob(root, common);
        if (act === "run") makeJob(root, { ...common, state: "running" });
        if (act === "end") makeJob(root, { ...common, state: "finished", result: {}, report: `a ${word}` });
        if (act === "hold")
          makeJob(root, { ...common, state: "finished", result: { status: "needs_human" } });
        if (act === "fail") makeJob(root, { ...common, state: "finished", result: { status: "failed" } });
        if (act === "remove") rmSync(join(root, id), { recursive: true, force: true });
        if (act === "look") await index.catchUp();
      }
      index.close();
      const later = openAt(root, file);
      await later.catchUp();
      const fresh = openAt(root, `${file}.fresh`);
      await fresh.catchUp();
      expect(contents(later)).toEqual(contents(fresh));
      later.close();
      fresh.close();
    }),
    { numRuns: 40 },
  );
});
