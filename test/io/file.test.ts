import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { errorCode, readFileNoFollow, safeJoin, writeFileAtomic } from "../../src/io/file.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "patchbay-file-"));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

describe("writeFileAtomic", () => {
  test("replaces the whole file and leaves nothing beside it", async () => {
    const path = join(root, "state.json");
    await writeFileAtomic(path, "the first and longer text");
    await writeFileAtomic(path, "the second");
    expect(readFileSync(path, "utf8")).toBe("the second");
    expect(readdirSync(root)).toEqual(["state.json"]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("replaces a symbolic link and not what it points to", async () => {
    writeFileSync(join(root, "outside"), "kept");
    symlinkSync("outside", join(root, "link"));
    await writeFileAtomic(join(root, "link"), "new");
    expect(readFileSync(join(root, "outside"), "utf8")).toBe("kept");
    expect(readFileSync(join(root, "link"), "utf8")).toBe("new");
  });

  test("a failed write leaves the old file and no temporary one", async () => {
    mkdirSync(join(root, "taken"));
    writeFileSync(join(root, "taken", "file"), "");
    await expect(writeFileAtomic(join(root, "taken"), "text")).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(readdirSync(root)).toEqual(["taken"]);
  });
});

describe("readFileNoFollow", () => {
  test("reads at most maxBytes", async () => {
    writeFileSync(join(root, "file"), "0123456789");
    expect((await readFileNoFollow(join(root, "file"), 4)).toString()).toBe("0123");
    expect((await readFileNoFollow(join(root, "file"), 400)).toString()).toBe("0123456789");
  });

  test("refuses a symbolic link, a folder and a pipe that nobody writes to", async () => {
    writeFileSync(join(root, "secret"), "s");
    symlinkSync("secret", join(root, "link"));
    execFileSync("/usr/bin/mkfifo", [join(root, "pipe")]);
    await expect(readFileNoFollow(join(root, "link"), 10)).rejects.toThrow("ELOOP");
    await expect(readFileNoFollow(root, 10)).rejects.toThrow("not a regular file");
    await expect(readFileNoFollow(join(root, "pipe"), 10)).rejects.toThrow("not a regular file");
  });
});

describe("safeJoin", () => {
  test.each([[["..", "x"]], [["a", "..", "..", "x"]], [["/etc/passwd"]], [["a", "/etc"]]])(
    "refuses %j",
    (parts) => {
      expect(() => safeJoin(root, ...parts)).toThrow("leaves");
    },
  );

  test("refuses a sibling whose name begins like root's", () => {
    expect(() => safeJoin(root, `../${root.split("/").at(-1) ?? ""}-other`)).toThrow("leaves");
  });

  test("refuses a symbolic link on the way and at the end, even one that stays inside", () => {
    mkdirSync(join(root, "real"));
    symlinkSync("real", join(root, "link"));
    symlinkSync("/nowhere", join(root, "real", "dangling"));
    expect(() => safeJoin(root, "link", "file")).toThrow("symbolic link");
    expect(() => safeJoin(root, "link")).toThrow("symbolic link");
    expect(() => safeJoin(root, "real", "dangling")).toThrow("symbolic link");
  });

  test("gives the path of what is there and of what isn't yet", () => {
    mkdirSync(join(root, "a"));
    expect(safeJoin(root, "a", "b", "c")).toBe(join(root, "a", "b", "c"));
    expect(safeJoin(root)).toBe(root);
  });

  test("root itself may be a symbolic link", () => {
    mkdirSync(join(root, "real"));
    symlinkSync("real", join(root, "var"));
    expect(safeJoin(join(root, "var"), "x")).toBe(join(root, "var", "x"));
  });
});

test("errorCode names system errors only", async () => {
  const missing = await readFileNoFollow(join(root, "missing"), 1).catch((error: unknown) => error);
  expect(errorCode(missing)).toBe("ENOENT");
  expect(errorCode(new Error("x"))).toBeUndefined();
  expect(errorCode("ENOENT")).toBeUndefined();
});
