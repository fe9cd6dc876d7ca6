// What nobody needs any more goes; whatever may still be needed stays.
import { existsSync } from "node:fs";
import { mkdir, readdir, utimes, writeFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { run } from "../../src/io/exec.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { createWorld, repo, type World } from "./world.ts";

const folder = await temporaryFolder();
const bin = join(import.meta.dirname, "..", "..", "bin", "patchbay.js");
let world: World;
const Told = z.object({
  removed: z.array(z.object({ job_id: z.string(), why: z.string() })),
  kept: z.array(z.object({ job_id: z.string(), use: z.string().nullable() })),
  workspaces: z.array(z.object({ job_id: z.string() })),
});

beforeAll(async () => {
  world = await createWorld(join(folder, "world"));
  await world.start();
});
afterAll(() => world.stop());

async function patchbay(args: string[], env: Record<string, string> = {}): Promise<string> {
  const options = { cwd: world.folder, env: { ...world.env, ...env }, timeoutMs: 60_000 };
  return (await run(process.execPath, [bin, ...args], options)).stdout.toString("utf8");
}
const gc = async (args: string[], env: Record<string, string>) =>
  Told.parse(JSON.parse(await patchbay(["gc", "--json", ...args], env)));

const long = new Date("2026-01-01T00:00:00Z");
const artifactsOf = (id: string): string => join(world.folder, "artifacts", id);

/** As if nobody had looked at the job since then. */
async function age(id: string): Promise<void> {
  const path = join(artifactsOf(id), "state.json");
  const state = z.looseObject({}).parse(JSON.parse(await readFile(path, "utf8")));
  await writeFile(path, JSON.stringify({ ...state, updated_at: long.toISOString() }));
  await utimes(artifactsOf(id), long, long);
}

/** The job of a new issue, once its comment is as `wanted`. */
async function done(text: string, wanted: RegExp): Promise<string> {
  const number = await world.openIssue();
  await world.comment(number, text);
  return world.until(() => {
    const body = world.ownComments(number)[0]?.body ?? "";
    return wanted.test(body) ? /patchbay:job:([0-9a-f]{32})/.exec(body)?.[1] : undefined;
  }, `the end of ${text}`);
}

/** Resolves once no queue has anything to do with the jobs that have ended. */
async function idle(): Promise<void> {
  await world.until(async () => {
    const metrics = await patchbay(["gc", "--dry-run", "--json"]);
    return /running|pending|told/.test(metrics) ? undefined : true;
  }, "that everything is told");
}

test("old jobs go, those in use stay and say why, and reading is using", async () => {
  const plan = await done("/agent plan look around", /📋/);
  const read = await done("/agent plan look around again", /📋/);
  const change = await done("/agent quick add a note to CONTRIBUTING.md", /✅ Pull request/);
  await world.standIn.commitFiles({
    repo,
    branch: "main",
    files: { ".github/agent.yml": "publish: { mode: hold }\n" },
    author: "maintainer",
  });
  const held = await done("/agent quick add a note to README.md", /✋/);
  await idle();
  for (const id of [plan, read, change, held]) await age(id);
  await patchbay(["show", read]);
  const left = join(world.folder, "var", "workspaces", "0198f3c1a2b37c4d8e5f60718293a4b5");
  await mkdir(left, { recursive: true });
  await utimes(left, long, long);
  await mkdir(join(world.folder, "artifacts", ".removed-of-a-dead-process"));

  const ttl = { ARTIFACTS_TTL_SEC: "86400" };
  const wanted = {
    removed: [{ job_id: plan, why: "old" }],
    workspaces: [{ job_id: "0198f3c1a2b37c4d8e5f60718293a4b5" }],
  };
  const said = await patchbay(["gc", "--dry-run"], ttl);
  expect(said).toContain(`${plan}  `);
  expect(said).toContain("2 would be removed");
  expect(await gc(["--dry-run"], ttl)).toMatchObject(wanted);
  expect(existsSync(artifactsOf(plan))).toBe(true);

  const told = await gc([], ttl);
  expect(told).toMatchObject(wanted);
  expect(new Map(told.kept.map(({ job_id: id, use }) => [id, use]))).toEqual(
    new Map([
      [read, null],
      [change, expect.stringMatching(/^pull request #\d+ is open$/)],
      [held, "waits for a person"],
    ]),
  );
  expect(existsSync(artifactsOf(plan))).toBe(false);
  expect(existsSync(left)).toBe(false);
  expect(
    (await readdir(join(world.folder, "artifacts"))).filter((name) => name.startsWith(".removed")),
  ).toEqual([]);
  expect(await patchbay(["audit", "show", "--json"])).toContain('"kind":"artifacts_removed"');
  expect((await gc([], ttl)).removed).toEqual([]);
  expect(await patchbay(["list"])).not.toContain(plan);

  // Too little space takes what is free; what is in use stays, whatever that costs.
  const full = await Promise.all([
    gc([], { ARTIFACTS_MAX_BYTES: "1" }),
    gc([], { ARTIFACTS_MAX_BYTES: "1" }),
  ]);
  expect(full.flatMap(({ removed }) => removed.map(({ job_id: id }) => id))).toEqual([read]);
  expect(existsSync(artifactsOf(change))).toBe(true);
});
