// docs/operations.md: its messages are said, its commands run, its backup can be put back.
import { cp, glob, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../../src/io/exec.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { createWorld, type PatchbayProcess, type World } from "./world.ts";

const folder = await temporaryFolder();
const project = join(import.meta.dirname, "..", "..");
const page = await readFile(join(project, "docs/operations.md"), "utf8");
let world: World;
let server: PatchbayProcess;
let job = "";

beforeAll(async () => {
  world = await createWorld(join(folder, "world"));
  server = await world.start();
  await world.comment(await world.openIssue(), "/agent add a note to CONTRIBUTING.md");
  [job = ""] = await world.published();
});
afterAll(() => world.stop());

test("each message that it explains is one of ours", async () => {
  const [, section = ""] = page.split("\n## When something is wrong\n");
  const messages = [...section.matchAll(/^\| `(.+?)` \|/gm)].map(([, message = ""]) => message);
  expect(messages.length).toBeGreaterThan(8);
  let source = "";
  for await (const file of glob("src/**/*.ts", { cwd: project })) {
    source += await readFile(join(project, file), "utf8");
  }
  expect(messages.filter((message) => !source.includes(message))).toEqual([]);
});

test("each command runs", async () => {
  const commands = [...page.matchAll(/^npx patchbay (.+)$/gm)].map(([, line = ""]) => line.split(" "));
  expect(commands.length).toBeGreaterThan(5);
  for (const args of commands) {
    const { exitCode } = await run(process.execPath, [join(project, "bin/patchbay.js"), ...args], {
      cwd: world.folder,
      env: world.env,
      timeoutMs: 60_000,
      // What this machine lacks is the doctor's to tell.
      okExitCodes: args[0] === "doctor" ? [1] : [],
    });
    expect([args.join(" "), exitCode]).toEqual([args.join(" "), args[0] === "doctor" ? exitCode : 0]);
  }
});

test("a backup that is put back elsewhere has every job and a whole record, and goes on", async () => {
  const command = /^tar .*$/m.exec(page)?.[0] ?? "";
  await server.stop();
  const [program = "", ...args] = command.split(" ");
  const options = { cwd: world.folder, env: { PATH: world.env.PATH }, timeoutMs: 60_000 };
  await run(program, args, options);
  const elsewhere = join(folder, "elsewhere");
  await mkdir(elsewhere);
  await cp(join(world.folder, "patchbay-backup.tar.gz"), join(elsewhere, "backup.tar.gz"));
  await run("tar", ["-xzf", "backup.tar.gz"], { ...options, cwd: elsewhere });
  const env = {
    ...world.env,
    DATA_ROOT: join(elsewhere, "var"),
    ARTIFACTS_ROOT: join(elsewhere, "artifacts"),
  };
  const patchbay = async (...words: string[]): Promise<string> => {
    const ran = await run(process.execPath, [join(project, "bin/patchbay.js"), ...words], {
      ...options,
      env,
    });
    return ran.stdout.toString("utf8");
  };
  expect(await patchbay("list")).toContain(`${job}  `);
  expect(await patchbay("audit", "verify")).toContain("are as they were written");
  await world.start("all", { DATA_ROOT: env.DATA_ROOT, ARTIFACTS_ROOT: env.ARTIFACTS_ROOT });
  const number = await world.openIssue();
  await world.comment(number, "/agent plan look around");
  await world.until(() => world.ownComments(number).find(({ body }) => body.includes("📋")), "the next job");
});
