import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openFolderLock } from "../../src/io/folder-lock.ts";
import { temporaryFolder } from "../temp-folder.ts";

const folder = await temporaryFolder();

const lockModule = fileURLToPath(new URL("../../src/io/folder-lock.ts", import.meta.url));

test("one step at a time, and a failed step gives the lock back", async () => {
  const locks = [1, 2, 3].map(() => openFolderLock(join(folder, "lock")));
  const [first, second] = locks;
  await expect(
    first?.run(() => {
      throw new Error("the step failed");
    }),
  ).rejects.toThrow("the step failed");
  expect(await second?.run(() => 7)).toBe(7);
  let inside = 0;
  const seen = await Promise.all(
    Array.from({ length: 60 }, async (_, i) =>
      locks[i % 3]?.run(() => {
        inside += 1;
        const now = inside;
        inside -= 1;
        return now;
      }),
    ),
  );
  expect(new Set(seen)).toEqual(new Set([1]));
  for (const lock of locks) lock.close();
  // Nothing is ever written there.
  expect(statSync(join(folder, "lock")).size).toBe(0);
});

test("a process that is killed inside of its step doesn't keep the lock", async () => {
  const held = join(folder, "held");
  const script = `
    import { writeFileSync } from "node:fs";
    import { openFolderLock } from ${JSON.stringify(lockModule)};
    await openFolderLock(${JSON.stringify(join(folder, "held-lock"))}).run(() => {
      writeFileSync(${JSON.stringify(held)}, "");
      process.stdout.write("inside");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  await once(child.stdout, "data");
  expect(existsSync(held)).toBe(true);
  const lock = openFolderLock(join(folder, "held-lock"));
  let entered = false;
  const waiting = lock.run(() => {
    entered = true;
  });
  expect(entered).toBe(false);
  child.kill("SIGKILL");
  await exited;
  await waiting;
  expect(entered).toBe(true);
  lock.close();
});
