// Real disks that are full, read-only, or not disks of this machine.
import { existsSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UserError } from "../../../src/errors.ts";
import { createTestFolder } from "./folder.ts";
import { runWithOwnMounts } from "./own-mounts.ts";

let folder: ReturnType<typeof createTestFolder>;
beforeEach(() => {
  folder = createTestFolder();
});
afterEach(() => folder.end());

test("full, then read-only, then mended: what was promised is there, whole, and nothing else", async () => {
  const seen: unknown = JSON.parse(await runWithOwnMounts("on-small-disk.ts", folder.root));
  expect(seen).toEqual({
    full: "ENOSPC",
    promisedBefore: expect.any(Number),
    allClaimed: true,
    claimOnFull: "ENOSPC",
    enqueueOnReadOnly: "EROFS",
    claimOnReadOnly: "EROFS",
    openOnReadOnly: expect.stringMatching(/^UserError: the queue's folder .* is mounted read-only; .*EROFS/),
    again: "queued",
  });
  expect(seen).toHaveProperty(
    "promisedBefore",
    expect.toSatisfy((count: number) => count > 20),
  );
});

test("a FUSE mount of another machine's folder is refused", async () => {
  // Where the kernel has no FUSE, there can be no such mount; local-disk.test.ts has the types.
  const isSupported = existsSync("/dev/fuse");
  const said = isSupported ? await runWithOwnMounts("on-fuse.ts", folder.root) : "is on sshfs; DATABASE_URL";
  expect(said).toMatch(/is on sshfs; .*DATABASE_URL/);
});

test("a file where the folder is to be", async () => {
  writeFileSync(folder.path("file"), "");
  for (const root of [folder.path("file"), folder.path("file", "queue")]) {
    const opening = folder.open({ root });
    await expect(opening).rejects.toThrow(UserError);
    await expect(opening).rejects.toThrow(/a file.*, or put QUEUE_ROOT elsewhere/);
  }
});
