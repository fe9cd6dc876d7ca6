// Pictures in a conversation: from an upload to a file that the agent's program can read.
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../temp-folder.ts";
import { createWorld, repo, type World } from "./world.ts";

const folder = await temporaryFolder();
const fixture = join(import.meta.dirname, "..", "fixtures", "agents", "looks.js");
const png = Buffer.from("\u0089PNG\r\n\u001A\nthe page as it looks on Mondays", "latin1");
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
  const agents = [{ name: "looks", binary: process.execPath, args: [fixture] }];
  writeFileSync(join(path, "agents.yml"), JSON.stringify(agents));
  await world.start();
});
afterAll(() => world.stop());

test("what was uploaded is read by the agent, what was not is said", async () => {
  const [picture, script] = await Promise.all(
    [png, Buffer.from("<svg onload='alert(1)'/>")].map((bytes) => world.standIn.upload({ repo, bytes })),
  );
  const number = await world.openIssue("The page is broken", `See ![the page](${picture}).`);
  await world.comment(number, `![a drawing](${script}) ![elsewhere](https://evil.example/x.png)`);
  await world.comment(number, "/agent ask --agent looks what is wrong?");
  const body = await world.until(
    () => world.ownComments(number).find((comment) => comment.body.includes("That is all"))?.body,
    "the answer",
  );
  expect(body).toContain(`Seen: ${createHash("sha256").update(png).digest("hex")}`);
  expect(body.match(/Seen: /g)).toHaveLength(1);
  const job = /patchbay:job:([0-9a-f]{32})/.exec(body)?.[1] ?? "";
  const prompt = world.artifact(job, "steps/01_answer/prompt.md");
  expect(prompt).toMatch(/- \/\S+\/images\/image-1\.png: in the description by @\w+, named the page/);
  expect(prompt).toContain("Pictures on other hosts than GitHub's are not fetched: 1.");
  expect(prompt).toMatch(/picture 2, in a comment by @\w+, is missing: .*no PNG, JPEG, GIF or WebP/);
  expect(world.standIn.violations).toEqual([]);
});
