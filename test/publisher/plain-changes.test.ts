// Which changes GitHub can commit itself, on real repositories.
import { chmod, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { plainChanges } from "../../src/publisher/plain-changes.ts";
import type { GitWorld } from "./git-world.ts";
import { createShop } from "./setup.ts";

let world: GitWorld;
beforeEach(async () => {
  world = await createShop();
});
afterEach(() => world.remove());

async function changesOf(edit: (tree: string) => Promise<void>) {
  const { tree } = await world.change(edit);
  return plainChanges(world.git, world.remote, { from: world.baseSha, to: tree });
}

test("files that are new, changed, moved and gone, byte by byte", async () => {
  const bytes = Buffer.from([0, 255, 13, 10, 0xe2, 0x82]);
  const changes = await changesOf(async (tree) => {
    await rm(join(tree, "src/login.test.ts"));
    await mkdir(join(tree, "with spaces"));
    await writeFile(join(tree, "with spaces", "größe.bin"), bytes);
    await writeFile(join(tree, "empty.txt"), "");
  });
  expect(changes).toEqual({
    additions: [
      { path: "empty.txt", contents: Buffer.alloc(0) },
      { path: "with spaces/größe.bin", contents: bytes },
    ],
    deletions: ["src/login.test.ts"],
  });
});

test.each<[string, (tree: string) => Promise<void>]>([
  ["a file that is made executable", (tree) => chmod(join(tree, "src/login.test.ts"), 0o755)],
  [
    "a new executable",
    async (tree) => {
      await writeFile(join(tree, "run.sh"), "#!/bin/sh\n", { mode: 0o755 });
    },
  ],
  ["a link", (tree) => symlink("src", join(tree, "link"))],
  [
    "a file that becomes a link",
    async (tree) => {
      await rm(join(tree, "src/login.test.ts"));
      await symlink("../README.md", join(tree, "src/login.test.ts"));
    },
  ],
  [
    "more bytes than one request should hold",
    (tree) => writeFile(join(tree, "big.bin"), Buffer.alloc(2_000_001)),
  ],
  [
    "a name that isn't UTF-8",
    (tree) => writeFile(Buffer.concat([Buffer.from(`${tree}/`), Buffer.from([0xff, 0x61])]), "x"),
  ],
  [
    "too many files",
    async (tree) => {
      for (let at = 0; at <= 100; at++) await writeFile(join(tree, `${at}.txt`), "x");
    },
  ],
])("%s is left to a push", async (_, edit) => {
  expect(await changesOf(edit)).toBeUndefined();
});
