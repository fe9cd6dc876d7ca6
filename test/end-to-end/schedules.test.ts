// The example of docs/schedules.md, from its file to a change on a branch.
import { mkdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import { run } from "../../src/io/exec.ts";
import { openApi } from "../api/open-api.ts";
import { temporaryFolder } from "../temp-folder.ts";

const project = join(import.meta.dirname, "..", "..");
const folder = await temporaryFolder();
const schedules = join(folder, "schedules");
await mkdir(schedules);

const [, block = ""] =
  /```json\n([\s\S]*?)```/.exec(await readFile(join(project, "docs/schedules.md"), "utf8")) ?? [];
const example = z.looseObject({ id: z.string(), schedule: z.string() }).parse(JSON.parse(block));
const long = new Date("2026-01-01");

async function put(file: string, content: object): Promise<void> {
  await writeFile(join(schedules, file), JSON.stringify(content));
  await utimes(join(schedules, file), long, long);
}

// As in the example but for its time: an hour like this one.
await put("nightly.json", { ...example, schedule: "* * * * *" });
await put("asleep.json", { ...example, id: "asleep", enabled: false });
await put("broken.json", { ...example, id: "broken", schedule: "never" });
await put("nowhere.json", {
  ...example,
  id: "nowhere",
  schedule: "* * * * *",
  payload: { project: "none", goal: "x" },
});

const api = await openApi(folder, { SCHEDULES_ROOT: schedules });
afterAll(() => api.world.stop());

async function patchbay(...args: string[]): Promise<{ exitCode: number; said: string }> {
  const env = { ...api.world.env, HOME: folder };
  const { stdout, exitCode } = await run(process.execPath, [join(project, "bin/patchbay.js"), ...args], {
    env,
    cwd: folder,
    timeoutMs: 60_000,
    okExitCodes: [0, 1],
  });
  return { exitCode, said: stdout.toString("utf8") };
}

const Shown = z.object({
  schedules: z.array(
    z.object({
      id: z.string(),
      job_id: z.string().nullable(),
      next: z.string().nullable(),
      last: z.object({ outcome: z.string(), reason: z.string().optional() }).nullable(),
    }),
  ),
  broken: z.array(z.object({ file: z.string(), problem: z.string() })),
});

test("it runs, its job can be read and applied, and what can't run is told", async () => {
  const shown = await api.world.until(async () => {
    const { said } = await patchbay("schedules", "--json");
    const read = Shown.parse(JSON.parse(said));
    return read.schedules.every(({ id, last }) => id === "asleep" || last) ? read : undefined;
  }, "the schedules to be decided");
  const of = (id: string) => shown.schedules.find((one) => one.id === id);
  expect(of("asleep")).toMatchObject({ next: null, last: null, job_id: null });
  expect(of("nowhere")?.last).toMatchObject({
    outcome: "refused",
    reason: 'payload.project: "none" is not in PROJECT_ALIASES',
  });
  expect(shown.broken).toEqual([{ file: "broken.json", problem: expect.stringMatching(/^schedule: /) }]);
  const job = of("nightly")?.job_id ?? "";
  expect(await api.until(job, "success")).toMatchObject({
    goal: expect.stringContaining("yesterday's commits"),
  });
  const applied = await api.ask("POST", `/jobs/${job}/apply`, { body: {} });
  expect(applied.status).toBe(200);

  const text = await patchbay("schedules");
  expect(text.exitCode).toBe(1);
  expect(text.said).toMatch(/^ID +DUE \(UTC\)/);
  expect(text.said).toContain("✗ broken.json: schedule: five fields are expected");
  const metrics = await (await fetch(`http://127.0.0.1:${api.port}/metrics`)).text();
  expect(metrics).toContain('patchbay_schedules{state="broken"} 1');
  expect(metrics).toContain('patchbay_schedule_runs_total{schedule="nowhere",outcome="refused"}');
  const audit = await patchbay("audit", "show", "--json");
  expect(audit.said).toContain('"schedule":"nowhere"');
  expect(audit.said).toContain('"source":"cron"');
});
