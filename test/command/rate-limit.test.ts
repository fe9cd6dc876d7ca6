import { expect, test } from "vitest";
import { createRateLimit } from "../../src/command/rate-limit.ts";
import { deriveJobId } from "../../src/job/ids.ts";
import type { JobSpec } from "../../src/job/job-spec.ts";
import { JobSpec as Spec } from "../../src/job/job-spec.ts";
import { inboxId, makeTrigger } from "./trigger.ts";

// Its delivery came at 03:04:05.
const trigger = makeTrigger();

function job(time: string, over: { id?: number; job_id?: string } = {}): JobSpec {
  return Spec.parse({
    schema_version: "2.0",
    job_id: over.job_id ?? `${time.replaceAll(/\D/g, "")}0000000000`,
    created_at: `2026-01-02T${time}.000Z`,
    source: { type: "webhook" },
    goal: "x",
    requested_by: { login: "ann", id: over.id ?? 2, permission: "write" },
    pipeline: "default",
    steps: [{ step_id: "a", agent: "codex", role: "implementer" }],
  });
}

const asked = (jobs: JobSpec[], wanted: number, maxPerHour = 3) =>
  createRateLimit({
    maxPerHour,
    jobsSince: async (since) => jobs.filter((one) => Date.parse(one.created_at) >= since.getTime()),
  })(trigger, wanted);

test("lets as many through as are allowed, and says when the next one is", async () => {
  const two = [job("02:10:00"), job("02:20:00")];
  expect(await asked(two, 1)).toBeUndefined();
  expect(await asked(two, 2)).toContain("Ask again from 03:11 UTC on");
  expect(await asked([...two, job("02:30:00")], 2)).toContain("Ask again from 03:21 UTC on");
});

test("counts neither other people's jobs nor those of an hour ago", async () => {
  const others = ["02:10:00", "02:11:00", "02:12:00"].map((time) => job(time, { id: 9 }));
  expect(await asked([...others, job("02:04:04")], 3)).toBeUndefined();
});

test("doesn't stop a delivery that is handled again by its own jobs", async () => {
  const own = job("03:04:05", { job_id: deriveJobId(inboxId, 0) });
  expect(await asked([own], 1, 1)).toBeUndefined();
});

test("more at once than anybody may start is said as such; 0 is no limit; looking is never counted", async () => {
  expect(await asked([], 4)).toContain("asks for 4 jobs at once");
  expect(await asked([job("03:00:00")], 40, 0)).toBeUndefined();
  expect(await asked([job("03:00:00")], 0, 1)).toBeUndefined();
});
