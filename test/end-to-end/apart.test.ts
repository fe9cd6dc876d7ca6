import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { temporaryFolder } from "../temp-folder.ts";
import { createWorld, type World } from "./world.ts";

const folder = await temporaryFolder();
let world: World;
afterEach(() => world.stop());

test("web and runner work as two processes on the same folders, and each waits for the other", async () => {
  world = await createWorld(join(folder, "world"));
  const web = await world.start("web");
  const number = await world.openIssue();
  await world.comment(number, "/agent plan how to allow five tries");
  const waiting = await world.until(
    () => world.ownComments(number)[0]?.body,
    "the comment of a job that waits",
  );
  expect(waiting).toMatch(/queue/i);

  const runner = await world.start("runner");
  const [job = ""] = await world.published();
  expect(world.result(job)?.status).toBe("success");
  expect(world.ownComments(number)).toHaveLength(1);
  expect(await runner.stop()).toBe(0);
  expect(await web.stop()).toBe(0);
});
