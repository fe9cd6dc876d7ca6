// `verify` of agent.yml from a comment to what GitHub shows.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../temp-folder.ts";
import { createWorld, person, repo, type World } from "./world.ts";

const folder = await temporaryFolder();
const fixture = join(import.meta.dirname, "..", "fixtures", "agents", "mends.js");
let world: World;

beforeAll(async () => {
  const path = join(folder, "world");
  world = await createWorld(path, {
    ENABLE_REAL_CLI: "1",
    SANDBOX: "none",
    NETWORK_POLICY: "allow",
    ALLOWED_BINARIES: process.execPath,
    AGENTS_FILE: join(path, "agents.yml"),
  });
  const agents = [
    { name: "learns", binary: process.execPath, args: [fixture], prompt: "stdin" },
    { name: "stubborn", binary: process.execPath, args: [fixture, "never"], prompt: "stdin" },
  ];
  writeFileSync(join(path, "agents.yml"), JSON.stringify(agents));
  const configuration = `verify: { run: ["node check.js", "true | cat"], rounds: 1 }\n`;
  await world.standIn.commitFiles({
    repo,
    branch: "main",
    files: {
      ".github/agent.yml": configuration,
      "check.js": `const text = require("fs").readFileSync("answer.txt", "utf8");
if (text !== "42") { console.error("the answer is 42, @everyone"); process.exit(7); }
`,
    },
    author: person,
  });
  await world.start();
});
afterAll(() => world.stop());

async function ask(text: string, wanted: RegExp): Promise<string> {
  const number = await world.openIssue();
  await world.comment(number, text);
  return world.until(
    () => world.ownComments(number).find(({ body }) => wanted.test(body))?.body,
    `${String(wanted)} after ${text}`,
  );
}

test("a failure goes back once, and the pull request says what was run", async () => {
  const body = await ask("/agent quick find the answer --agent learns", /✅ Pull request/);
  expect(body).toContain("2 attempts");
  expect(body).toContain("**Checks:** ✅ passed, after a failure went back to the agent once");
  expect(body).toContain("| `node check.js` | ✅ 0 |");
  expect(body).toContain("| `true \\| cat` | ✅ 0 |");
  const [pull] = world.ownPulls();
  expect(pull?.body).toContain("**Checks:** ✅ passed");
});

test("what never passes is not published, and says why", async () => {
  const pulls = world.ownPulls().length;
  const body = await ask("/agent quick find the answer --agent stubborn", /❌ Failed/);
  expect(body).toContain("the repository's own checks fail on the change");
  expect(body).toContain("| `node check.js` | ❌ 7 |");
  expect(body).toMatch(/```\nthe answer is 42, @everyone\n```/);
  expect(world.ownPulls()).toHaveLength(pulls);
});
