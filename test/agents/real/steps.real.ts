// What only a step's own words say: which tools an agent may use, and how long it may take.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openRunner } from "../../../src/cli/open-runner.ts";
import { ownClaim } from "../../../src/cli/local/claim.ts";
import { openLocalRepository } from "../../../src/cli/local/repository.ts";
import { openRooms } from "../../../src/cli/rooms.ts";
import { loadConfig } from "../../../src/config.ts";
import { newId } from "../../../src/job/ids.ts";
import { JobSpec } from "../../../src/job/job-spec.ts";
import type { JobResult } from "../../../src/job/result.ts";
import { runJob } from "../../../src/runner/run-job.ts";
import type { Script } from "../../model/script.ts";
import { createScriptedModel } from "../../model/server.ts";
import { environmentOf, models, openPlace } from "./drive.ts";

interface Ended {
  result: JobResult;
  report: string;
  patch: string;
}

/** A job of one step, in this process. */
async function run(agent: string, script: Script, step: Partial<JobSpec["steps"][number]>): Promise<Ended> {
  const place = await openPlace();
  const model = await createScriptedModel({ script });
  const rooms = await openRooms({ ...loadConfig(environmentOf(place, model)), LOG_LEVEL: "silent" });
  try {
    const { git, mirrors, artifacts } = rooms;
    const { folder, base } = await openLocalRepository(
      { git, path: rooms.config.trustedPath },
      join(place, "shop"),
    );
    const spec = JobSpec.parse({
      schema_version: "2.0",
      job_id: newId(),
      created_at: new Date().toISOString(),
      source: { type: "manual" },
      goal: "allow five tries",
      project_id: "shop",
      workdir: folder,
      base,
      policy: { network: "allow" },
      steps: [{ step_id: "01_implement", agent, role: "implementer", model: models[agent], ...step }],
    });
    const deps = await openRunner(rooms, {
      fetchBase: ({ job_id: id }, signal) => mirrors.fetchLocal(folder, base.sha, id, signal),
      outbox: { enqueue: async () => "queued" },
    });
    const { signal } = new AbortController();
    const result = await runJob(deps, ownClaim(spec, signal), { signal, lastTry: true });
    const read = (file: string): Promise<string> =>
      readFile(join(artifacts.jobFolder(spec.job_id), file), "utf8").catch(() => "");
    return { result, report: await read("report.md"), patch: await read("patch.diff") };
  } finally {
    await rooms.close();
    await model.close();
  }
}

const edit = { edit: "src/login.ts", old: "export const tries = 3;", new: "export const tries = 5;" };
const editsAndRuns: Script = [
  { turns: [{ do: [edit] }, { do: [{ run: "touch ran.txt" }] }, { say: "# Change\n\nFive tries now." }] },
];
const warningsOf = ({ result }: Ended): string => result.steps[0]?.warnings.join("\n") ?? "";

describe("allowed_tools", () => {
  test.each(["claude", "opencode"])("%s edits and starts no command", async (agent) => {
    const ended = await run(agent, editsAndRuns, { allowed_tools: ["Read", "Edit", "Write", "Teleport"] });
    expect(ended.result).toMatchObject({ status: "success", change_status: "changed" });
    expect(ended.patch).toContain("+export const tries = 5;");
    expect(ended.patch).not.toContain("ran.txt");
    expect(warningsOf(ended)).toContain('"Teleport" is not a known tool');
  });

  test("codex, which can't have one without the other, does neither and says so", async () => {
    const ended = await run("codex", editsAndRuns, { allowed_tools: ["Read", "Edit"] });
    expect(ended.patch).toBe("");
    expect(warningsOf(ended)).toContain("allow both Edit and Bash, or neither");
  });

  test("an agent that knows no tools says that it does what it does", async () => {
    const ended = await run("gemini", editsAndRuns, { allowed_tools: ["Read"] });
    expect(warningsOf(ended)).toContain("can't be told which tools to use");
  });

  test("claude runs what a rule allows; what none allows is denied, and the report tells it", async () => {
    const script: Script = [
      {
        turns: [
          { do: [{ run: "touch allowed.txt" }] },
          { do: [{ run: "touch denied.txt" }] },
          { say: "# Change\n\nOne of two." },
        ],
      },
    ];
    const ended = await run("claude", script, { allowed_tools: ["Read", "Bash(touch allowed.txt)"] });
    expect(ended.patch).toContain("allowed.txt");
    expect(ended.patch).not.toContain("denied.txt");
    expect(ended.report).toContain("One of two.");
    expect(ended.report).toMatch(/Not permitted.*`touch denied\.txt`/s);
  });
});

test.each(Object.keys(models))("%s, which works on and on, ends at its time", async (agent) => {
  const script: Script = [{ turns: [{ do: [{ run: "sleep 3; date >> dates.txt" }] }], forever: true }];
  const { result } = await run(agent, script, { timeout_sec: 10 });
  expect(result.steps[0]).toMatchObject({ status: "timeout", error: { code: "timeout" } });
});
