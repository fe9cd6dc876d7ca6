import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { run } from "../../src/io/exec.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { createWorld, type World } from "./world.ts";

const folder = await temporaryFolder();
const bin = join(import.meta.dirname, "..", "..", "bin", "patchbay.js");
let world: World;
afterEach(() => world.stop());

async function recover(...args: string[]): Promise<string> {
  const options = { cwd: world.folder, env: world.env, timeoutMs: 60_000 };
  return (await run(process.execPath, [bin, "recover", ...args], options)).stdout.toString("utf8");
}

test("what was asked while Patchbay was down is done once it is back, and only once", async () => {
  world = await createWorld(join(folder, "down"), { RECOVER_INTERVAL_SEC: "1" });
  const first = await world.start();
  const number = await world.openIssue();
  await world.comment(number, "/agent quick add a note to CONTRIBUTING.md");
  await world.published();
  await first.kill();

  await world.comment(number, "/agent quick raise the limit in src/login.ts");
  await world.standIn.settled();
  expect(await world.jobs()).toHaveLength(1);

  const second = await world.start();
  await world.published(2);
  // The operator looks too, and nothing more comes of it, neither now nor with the next start.
  expect(await recover("--since", "2h")).toContain("0 missed deliveries kept");
  await second.stop();
  const third = await world.start();
  await world.comment(number, "/agent help");
  await world.until(
    () => world.ownComments(number).find((comment) => comment.body.includes("`--dry-run`")),
    "the help",
  );
  await third.stop();
  expect(await world.jobs()).toHaveLength(2);
  expect(world.ownPulls()).toHaveLength(1);
  expect(world.ownComments(number)).toHaveLength(3);
});

test("a delivery that was lost on its way is found while Patchbay runs", async () => {
  world = await createWorld(join(folder, "lost"), { RECOVER_INTERVAL_SEC: "1" });
  await world.start();
  const number = await world.openIssue();
  world.standIn.faults.loseDelivery({ event: "issue_comment" });
  await world.comment(number, "/agent quick add a note to CONTRIBUTING.md");
  await world.published();
  expect(world.ownPulls()).toHaveLength(1);
});

test("`patchbay recover` finds it for an operator, and refuses an age that GitHub can't serve", async () => {
  world = await createWorld(join(folder, "by-hand"), { RECOVER_INTERVAL_SEC: "0" });
  await world.start();
  const number = await world.openIssue();
  world.standIn.faults.loseDelivery({ event: "issue_comment" });
  await world.comment(number, "/agent quick add a note to CONTRIBUTING.md");
  await world.standIn.settled();
  expect(await recover("--since", "2h")).toMatch(/issue_comment[^]*1 missed deliveries kept/);
  await world.published();
  await expect(recover("--since", "30d")).rejects.toThrow("at most 3d");
  await expect(recover("--since", "soon")).rejects.toThrow('"soon" is not an age');
});
