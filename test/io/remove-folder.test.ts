import { chmod, mkdir, open, readdir, readFile, symlink, utimes, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { removeFolder, removeRemains, renew, sizeOf } from "../../src/io/remove-folder.ts";
import { temporaryFolder } from "../temp-folder.ts";

const root = await temporaryFolder();

async function fill(name: string): Promise<string> {
  const folder = join(root, name);
  await mkdir(join(folder, "deep", "er"), { recursive: true });
  await writeFile(join(folder, "deep", "er", "file"), "x".repeat(1000));
  await writeFile(join(folder, "log"), "y".repeat(500));
  return folder;
}

test("a folder goes whole, also one that is protected from it, and links are not followed", async () => {
  const outside = join(root, "outside");
  await writeFile(outside, "stays");
  const folder = await fill("one");
  await symlink(outside, join(folder, "link"));
  await symlink(root, join(folder, "up"));
  await chmod(join(folder, "deep"), 0o500);
  expect(await sizeOf(folder)).toBeGreaterThanOrEqual(1500);
  expect(await sizeOf(folder)).toBeLessThan(3000);
  expect(await Promise.all([removeFolder(root, "one"), removeFolder(root, "one")])).toContain(true);
  expect(await removeFolder(root, "one")).toBe(false);
  expect(await readFile(outside, "utf8")).toBe("stays");
  expect((await readdir(root)).filter((name) => name !== "outside")).toEqual([]);
});

test("who reads reads on", async () => {
  const folder = await fill("two");
  const file = await open(join(folder, "log"));
  await removeFolder(root, "two");
  expect((await file.readFile("utf8")).length).toBe(500);
  await file.close();
});

test("what a dead process left is removed, and nothing else", async () => {
  await fill(".removed-1234");
  await fill(".idempotency");
  await removeRemains(root);
  expect(await readdir(root)).toEqual(expect.arrayContaining([".idempotency"]));
  expect(await readdir(root)).not.toContain(".removed-1234");
  await removeRemains(join(root, "none"));
});

test("a folder is marked as used, at most once an hour, and one that is gone is nothing", async () => {
  const folder = await fill("three");
  const at = (minutes: number): Date => new Date(Date.UTC(2026, 2, 4, 5, minutes));
  await utimes(folder, at(0), at(0));
  await renew(folder, at(59));
  expect((await stat(folder)).mtime).toEqual(at(0));
  await renew(folder, at(61));
  expect((await stat(folder)).mtime).toEqual(at(61));
  await renew(join(root, "none"), at(0));
  expect(await readdir(root)).not.toContain("none");
});
