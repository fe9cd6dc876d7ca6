import { mkdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { JobSpec } from "../../src/job/job-spec.ts";
import type { StepResult } from "../../src/job/result.ts";
import { createSessions } from "../../src/runner/sessions.ts";
import { temporaryFolder } from "../temp-folder.ts";

const first = "a".repeat(32);
const second = "b".repeat(32);
const step = { step_id: "02_implement", agent: "codex", role: "implementer" };

function specOf(job: string, change: Partial<JobSpec> = {}): JobSpec {
  return JobSpec.parse({
    schema_version: "2.0",
    job_id: job,
    created_at: "2026-01-02T03:04:05.000Z",
    source: { type: "manual" },
    goal: "allow five tries",
    project_id: "shop",
    steps: [step],
    ...change,
  });
}

async function house(sessionId: string | null = "session-1") {
  const folder = await temporaryFolder();
  const root = join(folder, "~sessions");
  const home = join(folder, "home");
  await mkdir(home);
  await writeFile(join(home, "memory"), "five tries");
  const sessions = createSessions({ root });
  const result: Pick<StepResult, "session_id" | "step_id" | "agent" | "role"> = {
    session_id: sessionId,
    ...step,
    role: "implementer",
  };
  await sessions.keep(specOf(first), result, home);
  const take = (change: Partial<JobSpec> = {}, into = join(folder, "next", "home")) => {
    const spec = specOf(second, { follows: first, ...change });
    const [wanted] = spec.steps;
    if (!wanted) throw new Error("a job has steps");
    return sessions.take(spec, wanted, into);
  };
  return { folder, root, home, sessions, take };
}

test("a follow-up takes the session with its HOME, once", async () => {
  const { folder, home, take } = await house();
  await expect(stat(home)).rejects.toThrow("ENOENT");
  expect(await take()).toBe("session-1");
  expect(await readFile(join(folder, "next", "home", "memory"), "utf8")).toBe("five tries");
  expect(await take({}, join(folder, "third"))).toBeUndefined();
});

test("who follows the first of a chain goes on from its end", async () => {
  const { folder, sessions, take } = await house();
  const later = join(folder, "next", "home");
  await take({}, later);
  const ended = { session_id: "session-2", ...step, role: "implementer" as const };
  await sessions.keep(specOf(second, { follows: first }), ended, later);
  expect(await take({ job_id: "d".repeat(32) }, join(folder, "third"))).toBe("session-2");
});

test.each<[string, Partial<JobSpec>]>([
  ["another repository", { project_id: "warehouse" }],
  ["another agent", { steps: specOf(second).steps.map((one) => ({ ...one, agent: "claude" })) }],
  ["another role", { steps: specOf(second).steps.map((one) => ({ ...one, role: "reviewer" as const })) }],
  ["a job that follows none", { follows: undefined }],
  ["a job that is not known", { follows: "c".repeat(32) }],
])("%s gets nothing of it, and it stays", async (_name, change) => {
  const { take } = await house();
  expect(await take(change)).toBeUndefined();
  expect(await take()).toBe("session-1");
});

test("without a session nothing is kept", async () => {
  const { home, take } = await house(null);
  expect((await stat(home)).isDirectory()).toBe(true);
  expect(await take()).toBeUndefined();
});

test("one whose record is broken is not there", async () => {
  const { root, take } = await house();
  await writeFile(join(root, first, step.step_id, "session.json"), '{"session_id"');
  expect(await take()).toBeUndefined();
});

test("old ones are forgotten", async () => {
  const { root, sessions, take } = await house();
  await sessions.forget(new Date(Date.now() - 3_600_000));
  await utimes(join(root, first), 1000, 1000);
  await sessions.forget(new Date(Date.now() - 3_600_000));
  expect(await take()).toBeUndefined();
});
