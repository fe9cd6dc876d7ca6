// What the audit log says after real requests, and that its commands find what was done to it.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Entry, readEntry } from "../../src/audit/entry.ts";
import { ExecError, run } from "../../src/io/exec.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { createWorld, person, repo, type World } from "./world.ts";

const folder = await temporaryFolder();
const bin = join(import.meta.dirname, "..", "..", "bin", "patchbay.js");
let world: World;
let audit: string;

beforeAll(async () => {
  world = await createWorld(join(folder, "world"));
  audit = join(world.folder, "var", "audit");
});
afterAll(() => world.stop());

async function patchbay(...args: string[]): Promise<{ exitCode: number; stdout: string }> {
  const options = { cwd: world.folder, env: world.env, timeoutMs: 30_000, okExitCodes: [1] };
  const { exitCode, stdout } = await run(process.execPath, [bin, ...args], options);
  return { exitCode, stdout: stdout.toString("utf8") };
}

async function entries(): Promise<Entry[]> {
  const texts = await Promise.all(
    (await readdir(audit)).toSorted().map((file) => readFile(join(audit, file), "utf8")),
  );
  return texts
    .flatMap((text) => text.split("\n").slice(0, -1))
    .map((line) => readEntry(Buffer.from(line)))
    .filter((entry) => entry !== undefined);
}

test("a comment's whole story: who asked in which words, what ran, what it left, what was published", async () => {
  const patchbay = await world.start();
  const number = await world.openIssue();
  const text = "Please.\n\n/agent allow five tries in src/login.ts";
  const asked = await world.comment(number, text);
  const [job = ""] = await world.published();
  await world.standIn.setPermission(repo, "stranger", "read");
  const denied = await world.comment(number, "/agent fix everything", "stranger");
  await world.until(
    () => world.reactions().find((reaction) => reaction.subject_id === denied.id),
    "the stranger's 👎",
  );
  await world.comment(number, "/agent help");
  await world.until(
    () => world.ownComments(number).find(({ body }) => body.includes("patchbay:reply")),
    "the help",
  );
  expect(await patchbay.stop()).toBe(0);

  const all = await entries();
  const of = (kind: string) => all.filter((entry) => entry.kind === kind).map((entry) => entry.fields);
  expect(of("process_started")).toMatchObject([
    {
      part: "all",
      configuration_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      settings: { PORT: 0, NETWORK_POLICY: "deny" },
    },
  ]);
  expect(of("asked")).toMatchObject([
    {
      job_id: job,
      login: person,
      permission: "write",
      text,
      comment_id: asked.id,
      issue: number,
      repository: `${world.env.GHE_HOST}/${repo}`,
      delivery: expect.stringMatching(/^[0-9a-f-]{36}$/),
    },
    { login: person, text: "/agent help" },
  ]);
  expect(of("refused")).toMatchObject([
    { login: "stranger", permission: "read", decision: "denied", text: "/agent fix everything" },
  ]);
  expect(of("job_queued")).toMatchObject([{ job_id: job, outcome: "queued", login: person }]);
  expect(of("job_started")).toMatchObject([
    {
      job_id: job,
      real_agents: false,
      programs: { codex: { simulated: true } },
      configuration_sha256: of("process_started")[0]?.["configuration_sha256"],
    },
  ]);
  const sha256 = (file: string): string =>
    createHash("sha256").update(world.artifact(job, file)).digest("hex");
  const files = ["report.md", "patch.diff", "logs.txt", "result.json"];
  expect(of("job_ended")).toMatchObject([
    { job_id: job, status: "success", sha256: Object.fromEntries(files.map((file) => [file, sha256(file)])) },
  ]);
  expect(of("publishing")).toMatchObject([{ job_id: job, patch_sha256: sha256("patch.diff") }]);
  const published = Object.assign({}, ...of("published"));
  const { branch, comment, pull_request } = world.publication(job) ?? {};
  expect(published).toMatchObject({
    job_id: job,
    branch: branch?.name,
    commit_sha: branch?.sha,
    pull_request: pull_request?.number,
    comment_id: comment?.id,
    comment_sha256: comment?.body_sha256,
    final: true,
  });
  expect(of("replied")).toMatchObject([{ number, body: expect.stringContaining("/agent") }]);
  expect(all.at(-1)?.kind).toBe("chain_closed");
  const secrets = JSON.stringify(all);
  expect(secrets).not.toContain(world.env.WEBHOOK_SECRET);
  expect(secrets).not.toContain("PRIVATE KEY-----");
});

test("verify, head and show", async () => {
  const [job = ""] = await world.jobs();
  expect(await patchbay("audit", "verify")).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^✓ \d+ entries in 1 files/),
  });
  const shown = await patchbay("audit", "show", "--job", job.slice(-8));
  expect(shown.stdout).toContain("text: Please.\\u{a}\\u{a}/agent allow five tries in src/login.ts");
  expect(shown.stdout).toContain("job_ended");
  expect(shown.stdout).not.toContain("stranger");
  const heads = join(folder, "heads.txt");
  await writeFile(heads, (await patchbay("audit", "head")).stdout);
  expect((await patchbay("audit", "verify", "--heads", heads)).exitCode).toBe(0);

  const [file = ""] = await readdir(audit);
  const text = await readFile(join(audit, file), "utf8");
  const lines = text.split("\n");
  await writeFile(join(audit, file), lines.toSpliced(-2, 1).join("\n"));
  expect((await patchbay("audit", "verify")).exitCode).toBe(0);
  const cut = await patchbay("audit", "verify", "--heads", heads, "--json");
  expect(cut.exitCode).toBe(1);
  expect(JSON.parse(cut.stdout)).toMatchObject({ ok: false, problems: [{ file, line: null }] });
  await writeFile(join(audit, file), text.replace("fix everything", "fix ever5thing"));
  const changed = await patchbay("audit", "verify");
  expect(changed.exitCode).toBe(1);
  expect(changed.stdout).toMatch(new RegExp(`^✗ ${file}:\\d+: is not as it was written`));
  await writeFile(join(audit, file), text);
});

test("a process that can't write it down does not begin", async () => {
  const env = { ...world.env, DATA_ROOT: join(folder, "other") };
  await mkdir(env.DATA_ROOT);
  await writeFile(join(env.DATA_ROOT, "audit"), "a file where the folder should be");
  const started = run(process.execPath, [bin, "start"], { cwd: world.folder, env, timeoutMs: 30_000 });
  await expect(started).rejects.toThrow(ExecError);
  await expect(started).rejects.toThrow(/make .*audit a folder that can be written$/);
});
