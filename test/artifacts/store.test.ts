import { mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createArtifacts } from "../../src/artifacts/store.ts";
import { JobSpec } from "../../src/job/job-spec.ts";
import { newJobState } from "../../src/job/job-state.ts";
import { newId } from "../../src/job/ids.ts";
import { temporaryFolder } from "../temp-folder.ts";

const root = await temporaryFolder();
const artifacts = createArtifacts({ root, mask: (text) => text.replaceAll("S3CRET", "***") });

function newJob(goal = "a goal"): JobSpec {
  return JobSpec.parse({
    schema_version: "2.0",
    job_id: newId(),
    created_at: new Date().toISOString(),
    source: { type: "manual" },
    goal,
    steps: [{ step_id: "01_plan", agent: "codex", role: "planner" }],
  });
}

describe("a job's files", () => {
  test("come back as they were written, and absent ones as undefined", async () => {
    const spec = newJob();
    expect(await artifacts.readJob(spec.job_id)).toBeUndefined();
    await artifacts.writeJob(spec);
    expect(await artifacts.readJob(spec.job_id)).toEqual(spec);
    const state = newJobState(spec, spec.created_at);
    await artifacts.writeState(state);
    expect(await artifacts.readState(spec.job_id)).toEqual(state);
    expect(await artifacts.readResult(spec.job_id)).toBeUndefined();
  });

  test("are masked as they are written, the patch excepted, and readable by their owner alone", async () => {
    const spec = newJob("use S3CRET");
    await artifacts.prepare(spec);
    await artifacts.writeJob(spec);
    await artifacts.writeText(spec.job_id, "report.md", "S3CRET\n");
    await artifacts.writePatch(spec.job_id, Buffer.from("+S3CRET\n"));
    expect((await artifacts.readJob(spec.job_id))?.goal).toBe("use ***");
    expect(await artifacts.readText(spec.job_id, "report.md", 100)).toBe("***\n");
    expect(String(await artifacts.readPatch(spec.job_id))).toBe("+S3CRET\n");
    expect((await stat(join(artifacts.jobFolder(spec.job_id), "patch.diff"))).mode & 0o077).toBe(0);
    await artifacts.writeStepPatch(spec.job_id, "01_plan", Buffer.from("+S3CRET\n"));
    expect(await artifacts.readInput(spec.job_id, "01_plan/patch.diff", 100)).toBe("+***\n");
  });

  test("job.json is written once", async () => {
    const spec = newJob("first");
    await artifacts.writeJob(spec);
    await artifacts.writeJob({ ...spec, goal: "second" });
    expect((await artifacts.readJob(spec.job_id))?.goal).toBe("first");
  });
});

describe("a name from outside", () => {
  test("never leads out of the job's folder", async () => {
    for (const id of ["../../etc", "..", "a/b", "", "........"]) {
      await expect((async () => artifacts.readJob(id))()).rejects.toThrow(/letters|dots/);
    }
    const { job_id } = newJob();
    for (const path of ["../report.md", "../../x/report.md", "01_plan/../../job.json"]) {
      await expect((async () => artifacts.readInput(job_id, path, 100))()).rejects.toThrow(
        /no step's artifact|letters/,
      );
    }
  });

  test("a link in an artifact's place is not followed", async () => {
    const spec = newJob();
    const folder = artifacts.jobFolder(spec.job_id);
    await mkdir(folder, { recursive: true });
    await writeFile(join(root, "elsewhere"), "secret");
    await symlink(join(root, "elsewhere"), join(folder, "report.md"));
    await expect((async () => artifacts.readText(spec.job_id, "report.md", 100))()).rejects.toThrow(
      "symbolic link",
    );
    await expect((async () => artifacts.writeText(spec.job_id, "report.md", "new\n"))()).rejects.toThrow(
      "symbolic link",
    );
    expect(await readFile(join(root, "elsewhere"), "utf8")).toBe("secret");
  });
});

test("a damaged file is told by its name within the artifacts and with a remedy", async () => {
  const spec = newJob();
  const folder = artifacts.jobFolder(spec.job_id);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "state.json"), '{"schema_version": "2.0", "job');
  const reading = artifacts.readState(spec.job_id);
  await expect(reading).rejects.toThrow(`reading the artifact ${spec.job_id}/state.json: it is damaged`);
  await expect(artifacts.readState(spec.job_id)).rejects.not.toThrow(root);
});
