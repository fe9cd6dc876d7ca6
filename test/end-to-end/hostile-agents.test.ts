// What agents do to be taken for Patchbay or for a person, or to carry a secret out, through a whole job.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../../src/io/exec.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { createWorld, type PatchbayProcess, type World } from "./world.ts";

const folder = await temporaryFolder();
const fixture = join(import.meta.dirname, "..", "fixtures", "agents", "hostile.js");
const path = join(folder, "world");
const secretFile = join(folder, "secret");
const acts = ["imitates", "leaks", "names", "leaves"];
let world: World;
let patchbay: PatchbayProcess;

beforeAll(async () => {
  world = await createWorld(path, {
    ENABLE_REAL_CLI: "1",
    SANDBOX: "none",
    NETWORK_POLICY: "allow",
    ALLOWED_BINARIES: process.execPath,
    AGENTS_FILE: join(path, "agents.yml"),
    LOG_LEVEL: "debug",
  });
  writeFileSync(secretFile, world.standIn.app.webhookSecret);
  const agents = acts.map((name) => ({ name, binary: process.execPath, args: [fixture, name, secretFile] }));
  writeFileSync(join(path, "agents.yml"), JSON.stringify(agents));
  patchbay = await world.start();
});
afterAll(() => world.stop());

/** Asks an agent on a new issue and returns the only comment, once it says how the job ended, and the job's id. */
async function ask(agent: string): Promise<{ number: number; body: string; job: string }> {
  const number = await world.openIssue();
  await world.comment(number, `/agent quick --agent ${agent}`);
  const ended = /^### (?:✅|❌|✋|⏱️|🚫|⚠️)/mu;
  const body = await world.until(
    () => world.ownComments(number).find((comment) => ended.test(comment.body))?.body,
    `how ${agent} ended`,
  );
  expect(world.ownComments(number)).toHaveLength(1);
  return { number, body, job: /patchbay:job:([0-9a-f]{32})/.exec(body)?.[1] ?? "" };
}

/** What a program of this fixture prints when nobody listens between. */
async function bare(act: string): Promise<string> {
  const cwd = await temporaryFolder();
  const { stdout } = await run(process.execPath, [fixture, act, secretFile], {
    cwd,
    env: {},
    timeoutMs: 20_000,
  });
  return stdout.toString();
}

/** Without the blocks of code, in which anything may stand. */
function outsideCode(body: string | null | undefined): string {
  return (body ?? "").replaceAll(/^```[\s\S]*?^```/gm, "");
}

function everyFile(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe("an agent that writes what Patchbay or a person would write", () => {
  test("starts nothing by it, and the comment stays its job's own", async () => {
    const said = await bare("imitates");
    expect(said).toMatch(/^\/agent apply$/m);
    const { body, job } = await ask("imitates");
    expect(body.match(/<!-- patchbay:/g)).toHaveLength(1);
    expect(job).not.toBe("0".repeat(32));
    expect(outsideCode(body)).not.toMatch(/^\s*\/agent/m);
    // GitHub told Patchbay of its own comment, and each change of it: none of that was taken for a request.
    expect(await world.jobs()).toEqual([job]);
    const pulls = world.ownPulls();
    expect(pulls).toHaveLength(1);
    expect(outsideCode(pulls[0]?.body)).not.toMatch(/^\s*\/agent/m);
    expect(pulls[0]?.body).not.toContain("0".repeat(32));
  });

  test("could have started a job, had a person written it", async () => {
    const before = await world.jobs();
    const number = await world.openIssue();
    await world.comment(number, await bare("imitates"));
    await world.until(async () => ((await world.jobs()).length > before.length ? true : undefined), "a job");
    expect((await world.published(before.length + 1)).length).toBeGreaterThan(before.length);
  });
});

test("a key that is printed in pieces and in other alphabets is in no artifact, no log and no comment", async () => {
  const secret = world.standIn.app.webhookSecret;
  const bytes = Buffer.from(secret);
  const once = bytes.toString("base64");
  const hex = bytes.toString("hex");
  const forms = [
    secret,
    once.replace(/=+$/, ""),
    hex,
    hex.replaceAll(/../g, "%$&"),
    Buffer.from(once).toString("base64"),
  ];
  const said = await bare("leaks");
  for (const form of forms) expect(said).toContain(form);

  const { body, job } = await ask("leaks");
  expect(body).toContain("[redacted:WEBHOOK_SECRET]");
  const raw = world.artifact(job, "steps/01_implement/raw_stdout.txt");
  expect(raw.match(/\[redacted:WEBHOOK_SECRET\]/g)?.length).toBeGreaterThanOrEqual(forms.length);
  // The stand-in's own files hold its own secret.
  const files = everyFile(path).filter((file) => !file.startsWith(join(path, "github")));
  const places = files.map((file) => ({ place: file, text: readFileSync(file, "latin1") }));
  places.push({ place: "the log", text: patchbay.lines.join("\n") });
  places.push({ place: "GitHub", text: JSON.stringify([world.standIn.state.comments, world.ownPulls()]) });
  const leaks = places.flatMap(({ place, text }) =>
    forms.filter((form) => text.includes(form)).map(() => place),
  );
  expect(leaks).toEqual([]);
});

test("names with line ends, markup and bytes that are no UTF-8 are held, and say nothing in the comment", async () => {
  const { body, job } = await ask("names");
  expect(body).toContain("✋");
  expect(outsideCode(body)).not.toMatch(/^\s*\W?agent fix/m);
  expect(outsideCode(body)).not.toContain("<img");
  expect(world.result(job)?.patch?.files).toBe(3);
});

test("links that lead out are held, and nothing is written where they lead", async () => {
  const pulls = world.ownPulls().length;
  const { body } = await ask("leaves");
  expect(body).toContain("✋");
  expect(body).toContain("docs/out");
  expect(body).toContain("docs/passwd");
  expect(world.ownPulls()).toHaveLength(pulls);
});
