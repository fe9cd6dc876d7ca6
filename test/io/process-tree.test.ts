import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { killMarked, markerVariable, processesOf } from "../../src/io/process-tree.ts";

const forever = join(import.meta.dirname, "..", "fixtures", "agents", "forever.js");

test("everything that carries the marker is killed, and nothing else", async () => {
  const mine = `tree-test-${process.pid}`;
  const start = (marker: string) =>
    spawn(process.execPath, [forever], {
      env: { [markerVariable]: marker },
      stdio: ["ignore", "pipe", "ignore"],
    });
  const target = start(mine);
  const bystander = start(`${mine}-other`);
  await Promise.all([once(target.stdout, "data"), once(bystander.stdout, "data")]);
  expect((await processesOf(mine)).length).toBe(2);
  await killMarked(mine);
  expect(await processesOf(mine)).toEqual([]);
  expect((await processesOf(`${mine}-other`)).length).toBe(2);
  await killMarked(`${mine}-other`);
});
