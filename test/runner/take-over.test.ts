// `retry --from`: what the steps before it made counts again, and costs nothing again.
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { LeaseLostError } from "../../src/queue/contract.ts";
import { createWorker } from "../../src/runner/worker.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { createTestClaim, createTestRunner } from "./house.ts";

const root = await temporaryFolder();
const never = new AbortController().signal;
const steps = [
  { step_id: "01_plan", agent: "opencode", role: "planner" },
  { step_id: "02_implement", agent: "codex", role: "implementer", input_artifacts: ["01_plan/report.md"] },
  { step_id: "03_review", agent: "claude", role: "reviewer", input_artifacts: ["02_implement/patch.diff"] },
];

let house: Awaited<ReturnType<typeof createTestRunner>>;
let runs: string[];
let isWell: boolean;
let houses = 0;

beforeEach(async () => {
  runs = [];
  isWell = false;
  house = await createTestRunner(join(root, String(++houses)), {
    opencode: async () => {
      runs.push("plan");
      return { report: "Look at src/login.ts.\n", costUsd: 1, tokensIn: 1, tokensOut: 1 };
    },
    codex: async ({ workspace }) => {
      runs.push("implement");
      await writeFile(join(workspace, "src/login.ts"), "export const tries = 5;\n");
      await writeFile(join(workspace, "logo.bin"), Buffer.from([0, 1, 2, 255]));
      return { report: "Five tries.\n", costUsd: 2, tokensIn: 1, tokensOut: 1 };
    },
    claude: async ({ workspace, inputs }) => {
      runs.push("review");
      if (!isWell) return { status: "failed", error: { code: "refused", message: "no", details: {} } };
      const there = await readFile(join(workspace, "src/login.ts"), "utf8");
      const seen = inputs[0]?.text.includes("tries = 5") === true && there.includes("tries = 5");
      return { report: seen ? "Good.\n" : "Nothing to see.\n", costUsd: 4, tokensIn: 1, tokensOut: 1 };
    },
  });
});

async function failedJob() {
  const spec = await house.newJob(steps);
  await createWorker(house.deps, never)(createTestClaim(spec).claim);
  runs = [];
  isWell = true;
  return spec;
}

const again = async (jobId: string, from: string, fields: object = {}) => {
  const spec = await house.newJob(steps, { rerun: { job_id: jobId, from_step: from }, ...fields });
  await createWorker(house.deps, never)(createTestClaim(spec).claim);
  return house.artifacts.readResult(spec.job_id);
};

test("only the steps from there on run, on the tree and the reports of the earlier ones", async () => {
  const first = await failedJob();
  const result = await again(first.job_id, "03_review");
  expect(runs).toEqual(["review"]);
  expect(result).toMatchObject({ status: "success", patch: { files: 2 }, metrics: { cost_usd: 4 } });
  expect(result?.steps.map(({ step_id, status }) => [step_id, status])).toEqual([
    ["01_plan", "success"],
    ["02_implement", "success"],
    ["03_review", "success"],
  ]);
  expect(result?.steps[1]?.warnings).toEqual([`taken over from job ${first.job_id}`]);
  const report = await house.artifacts.readText(result?.job_id ?? "", "report.md", 10_000);
  expect(report).toMatch(/Five tries[\s\S]*Look at src\/login\.ts[\s\S]*Good\./);
  const patch = await house.artifacts.readPatch(result?.job_id ?? "");
  expect(patch?.toString("latin1")).toContain("+export const tries = 5;");
});

test("from the first step nothing is taken over", async () => {
  const first = await failedJob();
  await again(first.job_id, "01_plan");
  expect(runs).toEqual(["plan", "implement", "review"]);
});

test("a runner that dies in between does not take it over twice", async () => {
  const first = await failedJob();
  const spec = await house.newJob(steps, { rerun: { job_id: first.job_id, from_step: "03_review" } });
  const claim = createTestClaim(spec);
  const died = { ...house.deps, artifacts: { ...house.artifacts, copyStep: dieAt(2) } };
  await createWorker(died, never)(claim.claim).catch(() => undefined);
  await rm(house.deps.workspacesRoot, { recursive: true, force: true });
  const { claim: second } = createTestClaim(spec, 1);
  await createWorker(house.deps, never)(second);
  expect(await house.artifacts.readResult(spec.job_id)).toMatchObject({
    status: "success",
    patch: { files: 2 },
  });
});

function dieAt(call: number): typeof house.artifacts.copyStep {
  let calls = 0;
  return async (copy) => {
    calls += 1;
    if (calls === call) throw new LeaseLostError("the runner died");
    await house.artifacts.copyStep(copy);
  };
}

test("what can't be taken over is told, and no agent runs", async () => {
  const first = await failedJob();
  const isRefused = { status: "failed", error: { message: expect.stringContaining("retry") } };
  // Its review did not succeed.
  const unknown = [...steps, { step_id: "04_more", agent: "claude", role: "reviewer" }];
  const spec = await house.newJob(unknown, { rerun: { job_id: first.job_id, from_step: "04_more" } });
  await createWorker(house.deps, never)(createTestClaim(spec).claim);
  expect(await house.artifacts.readResult(spec.job_id)).toMatchObject(isRefused);
  // Another repository's job is nobody's business here.
  const other = { ...first.repository, name: "secrets" };
  expect(await again(first.job_id, "03_review", { repository: other })).toMatchObject(isRefused);
  await rm(house.artifacts.jobFolder(first.job_id), { recursive: true });
  expect(await again(first.job_id, "03_review")).toMatchObject(isRefused);
  expect(runs).toEqual([]);
});
