import { appendFile, readFile, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temp-folder.ts";
import { openFileBudget, step } from "./house.ts";

const root = await temporaryFolder();

test("a state that was lost or damaged is told again from the days' files", async () => {
  const house = await openFileBudget(root, { costUsdPerJob: 5, costUsdPerDay: 8 });
  await house.spend({}, 2, 3);
  house.at("2026-07-29T12:00:00.000Z");
  await house.spend({ jobId: "b" }, 2, 2);
  const state = join(house.folder, "state.json");
  const before: unknown = JSON.parse(await readFile(state, "utf8"));
  for (const damage of [() => rm(state), () => writeFile(state, '{"schema_version":"1.0","day"')]) {
    await damage();
    await house.budgets.release("nobody");
    const after: unknown = JSON.parse(await readFile(state, "utf8"));
    expect(after).toEqual({ ...Object(before), ended: [] });
  }
  expect(house.damaged).toEqual([`${state}.damaged`]);
});

test("a line that a dying process left half written loses nothing but itself", async () => {
  const house = await openFileBudget(root, {});
  await house.spend({}, 1, 1);
  await appendFile(join(house.folder, "2026-07-28.jsonl"), '{"schema_version":"1.0","at":"2026');
  await house.spend({ jobId: "b" }, 2, 2);
  expect((await house.store.spending("2026-07-28")).map((line) => line.cost_usd)).toEqual([1, 2]);
});

test("a state of another version is left alone", async () => {
  const house = await openFileBudget(root, {});
  const state = join(house.folder, "state.json");
  await writeFile(state, '{"schema_version":"9.0","more":true}\n');
  await expect(house.budgets.reserve(step())).rejects.toThrow(/another version .*9\.0/);
  expect(await readFile(state, "utf8")).toContain('"9.0"');
});

test("a link in place of the state is not followed", async () => {
  const house = await openFileBudget(root, {});
  const elsewhere = join(root, "elsewhere.json");
  await writeFile(elsewhere, "{}");
  await symlink(elsewhere, join(house.folder, "state.json"));
  await expect(house.budgets.reserve(step())).rejects.toThrow("ELOOP");
  expect(await readFile(elsewhere, "utf8")).toBe("{}");
});

test("files are for their owner alone and don't pile up", async () => {
  const house = await openFileBudget(root, { callsPerDay: 100 });
  for (let day = 0; day < 420; day++) {
    await writeFile(join(house.folder, `${dayBefore(day)}.jsonl`), "");
  }
  await house.spend({}, 1, 1);
  house.at("2026-07-29T12:00:00.000Z");
  await house.spend({}, 1, 1);
  const names = await readdir(house.folder);
  expect(names.filter((name) => name.endsWith(".jsonl")).length).toBeLessThanOrEqual(401);
  expect(names).toContain("2026-07-29.jsonl");
  for (const name of ["state.json", "2026-07-29.jsonl"]) {
    expect((await stat(join(house.folder, name))).mode & 0o777).toBe(0o600);
  }
  expect((await stat(house.folder)).mode & 0o077).toBe(0);
});

test("the state stays small however many jobs there were", async () => {
  const house = await openFileBudget(root, {});
  const state = join(house.folder, "state.json");
  for (let job = 0; job < 30; job++) await house.spend({ jobId: `job ${job}` }, 1, 1);
  house.at("2026-08-28T12:00:00.000Z");
  await house.spend({ jobId: "new" }, 1, 1);
  const { jobs }: { jobs: object } = JSON.parse(await readFile(state, "utf8"));
  expect(Object.keys(jobs)).toEqual([":new"]);
});

test("a disk that refuses is told, and nothing counts", async () => {
  const house = await openFileBudget(root, { callsPerDay: 1 });
  await house.budgets.release("nobody");
  const state = join(house.folder, "state.json");
  const before = await readFile(state, "utf8");
  await rm(`${state}.draft`, { force: true });
  await symlink("/dev/full", `${state}.draft`);
  await expect(house.budgets.reserve(step())).rejects.toThrow(/ELOOP|ENOSPC/);
  expect(await readFile(state, "utf8")).toBe(before);
  await rm(`${state}.draft`);
  await house.budgets.reserve(step());
});

function dayBefore(days: number): string {
  return new Date(Date.parse("2026-07-28T00:00:00Z") - days * 86_400_000).toISOString().slice(0, 10);
}
