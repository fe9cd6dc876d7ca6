import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../temp-folder.ts";
import { createWorld, type World } from "./world.ts";

const folder = await temporaryFolder();
const fixture = join(import.meta.dirname, "..", "fixtures", "agents", "scripted.js");
let world: World;

beforeAll(async () => {
  const path = join(folder, "world");
  world = await createWorld(path, {
    ENABLE_REAL_CLI: "1",
    SANDBOX: "none",
    NETWORK_POLICY: "allow",
    ALLOWED_BINARIES: `${process.execPath},/nonexistent/agent`,
    AGENTS_FILE: join(path, "agents.yml"),
  });
  const agents = ["crash", "workflow", "secret", "nothing"].map((name) => ({
    name,
    binary: process.execPath,
    args: [fixture, name],
  }));
  writeFileSync(
    join(path, "agents.yml"),
    JSON.stringify([...agents, { name: "absent", binary: "/nonexistent/agent" }]),
  );
  await world.start();
});
afterAll(() => world.stop());

/** Asks an agent on a new issue and returns the only comment, once it says how the job ended. */
async function ask(agent: string, more = ""): Promise<string> {
  const number = await world.openIssue();
  await world.comment(number, `/agent quick --agent ${agent} ${more}`);
  const ended = /^### (?:✅|❌|✋|⏱️|🚫|⚠️)/mu;
  const body = await world.until(
    () => world.ownComments(number).find((comment) => ended.test(comment.body))?.body,
    `how ${agent} ended`,
  );
  expect(world.ownComments(number)).toHaveLength(1);
  return body;
}

test("a crash is told with its class, the end of what the program said, and what to do", async () => {
  const body = await ask("crash");
  expect(body).toContain("❌");
  expect(body).toContain("exit code 139");
  expect(body).toContain("the cart is on fire");
  expect(body).toContain("**Next:**");
  expect(world.ownPulls()).toEqual([]);
});

test("a change of a workflow is held: nothing is pushed, and the comment names the rule and the file", async () => {
  const body = await ask("workflow");
  expect(body).toContain("✋");
  expect(body).toContain(".github/workflows/ci.yml");
  expect(body).toContain("patch.diff");
  expect(world.ownPulls()).toEqual([]);
});

test("a patch with a token is held and the token is shown nowhere", async () => {
  const body = await ask("secret");
  expect(body).toContain("✋");
  expect(body).toContain("config.js");
  const said = JSON.stringify(world.standIn.state.comments);
  expect(said).not.toContain(`ghp_${"a1B2".repeat(9)}`);
  expect(world.ownPulls()).toEqual([]);
});

test("no change is an answer without a pull request, and its words can neither command nor call anyone", async () => {
  const body = await ask("nothing");
  expect(body).toContain("Nothing had to be changed.");
  expect(body).not.toMatch(/^\/agent/m);
  expect(body).not.toContain("@everyone");
  expect(body).toContain("without a sandbox");
  expect(world.ownPulls()).toEqual([]);
});

test("a program that isn't there is refused with the remedy", async () => {
  const body = await ask("absent");
  expect(body).toContain("❌");
  expect(body).toContain("/nonexistent/agent");
});
