import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "../../../src/queue/postgres/database.ts";
import { requireSharedFolder } from "../../../src/queue/postgres/shared-folder.ts";
import { temporaryFolder } from "../../temp-folder.ts";
import { testServer } from "./server.ts";

const server = await testServer();
const folder = await temporaryFolder();
let counter = 0;
let database: Database;
const databases: Database[] = [];
afterAll(async () => {
  for (const each of databases) await each.close();
});

beforeEach(async () => {
  counter += 1;
  database = await openDatabase({ url: server.url, schema: `folders_${counter}`, maxConnections: 4 });
  databases.push(database);
});

async function newFolder(name: string): Promise<string> {
  const path = join(folder, `${counter}-${name}`);
  await mkdir(path, { recursive: true });
  return path;
}
const artifacts = (path: string) => ({
  name: "artifacts",
  path,
  variable: "ARTIFACTS_ROOT",
  patienceMs: 200,
});
const check = (path: string): Promise<void> => requireSharedFolder(database, artifacts(path));

describe("the folder that all processes of a database share", () => {
  test("is marked by the first process, and the others find the mark; nothing else is left there", async () => {
    const path = await newFolder("shared");
    await check(path);
    const mark = await readFile(join(path, ".canary"), "utf8");
    await check(path);
    expect(await readFile(join(path, ".canary"), "utf8")).toBe(mark);
    expect(await readdir(path)).toEqual([".canary"]);
  });

  test("many processes that start at the same time agree on one mark", async () => {
    const path = await newFolder("shared");
    await Promise.all(Array.from({ length: 8 }, () => check(path)));
    expect(await readdir(path)).toEqual([".canary"]);
  });

  test("of two folders that are first at the same time, one is refused", async () => {
    const paths = [await newFolder("one"), await newFolder("other")];
    const ends = await Promise.allSettled(paths.map(check));
    expect(ends.map((end) => end.status).toSorted()).toEqual(["fulfilled", "rejected"]);
  });

  test("another folder is refused with the remedy, whatever lies in it, and gets no mark", async () => {
    await check(await newFolder("shared"));
    const empty = await newFolder("empty");
    await expect(check(empty)).rejects.toThrow(
      /ARTIFACTS_ROOT: .*empty is not the folder.*is missing.*Mount the same/s,
    );
    expect(await readdir(empty)).toEqual([]);
    const foreign = await newFolder("foreign");
    await writeFile(join(foreign, ".canary"), "somebody else's\n");
    await expect(check(foreign)).rejects.toThrow(/says somebody else's, the database says [0-9a-f-]{36}/);
  });

  test("does as its remedy says", async () => {
    await check(await newFolder("old"));
    const restored = await newFolder("restored");
    const error: unknown = await check(restored).catch((thrown: unknown) => thrown);
    const [, id = ""] = /echo ([0-9a-f-]{36}) >/.exec(String(error)) ?? [];
    await writeFile(join(restored, ".canary"), `${id}\n`);
    await expect(check(restored)).resolves.toBeUndefined();
  });

  test("a new database takes the folder of an old one over", async () => {
    const path = await newFolder("shared");
    await check(path);
    const mark = await readFile(join(path, ".canary"), "utf8");
    await database.db.executeSql(`DELETE FROM ${database.schema}.shared_folder`);
    await check(path);
    expect(await readFile(join(path, ".canary"), "utf8")).toBe(mark);
  });

  test("a mark that was lost is a refusal, not a new mark", async () => {
    const path = await newFolder("shared");
    await check(path);
    await rm(join(path, ".canary"));
    await expect(check(path)).rejects.toThrow("is missing");
  });

  test("a link in the place of the mark is not followed", async () => {
    const shared = await newFolder("shared");
    await check(shared);
    const other = await newFolder("other");
    await symlink(join(shared, ".canary"), join(other, ".canary"));
    await expect(check(other)).rejects.toThrow(/ARTIFACTS_ROOT: .*ELOOP/);
  });

  test("a folder that can't be written is refused with the remedy", async () => {
    const path = await newFolder("shared");
    await check(path);
    const missing = join(path, "nowhere");
    await expect(check(missing)).rejects.toThrow(/ARTIFACTS_ROOT: .*ENOENT.*can read and write/s);
    if (process.getuid?.() === 0) return;
    await chmod(path, 0o555);
    await expect(check(path)).rejects.toThrow(/ARTIFACTS_ROOT: .*EACCES.*the same user id/s);
    await chmod(path, 0o755);
  });
});
