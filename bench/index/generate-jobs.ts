// As many jobs on the disk as are wanted: of a hundred days, forty repositories and two hundred people.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deriveJobId, newId } from "../../src/job/ids.ts";
import { JobSpec } from "../../src/job/job-spec.ts";
import { builtInPipelines } from "../../src/job/pipelines.ts";
import { JobResult } from "../../src/job/result.ts";
import { newJobState } from "../../src/job/job-state.ts";

export const words = (
  "fix add test login flaky cache header retry button colour release parser windows index broken slow typo readme " +
  "dependency upgrade memory leak crash timeout german translation invoice basket payment search filter export"
).split(" ");

const states = ["success", "success", "success", "success", "failed", "timeout", "cancelled"] as const;
const openJobs = 60;

/** The same jobs each time but for their age. Returns how many. */
export function generateJobs(root: string, count: number): number {
  const now = Date.now();
  let seed = 1;
  const random = (below: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  const some = (length: number): string =>
    Array.from({ length }, () => words[random(words.length)] ?? "").join(" ");
  for (let each = 0; each < count; each += 1) {
    const at = new Date(now - Math.floor(((count - each) / count) * 100 * 86_400_000));
    const iso = at.toISOString();
    const id = deriveJobId(newId(at.getTime()), each);
    const folder = join(root, id);
    mkdirSync(folder, { recursive: true });
    const pipeline = builtInPipelines[random(3)];
    const spec = JobSpec.parse({
      schema_version: "2.0",
      job_id: id,
      created_at: iso,
      source: { type: "webhook" },
      goal: `${some(8)} ticket${each}`,
      repository: {
        host: "github.com",
        owner: "acme",
        name: `repo-${random(40)}`,
        default_branch: "main",
        installation_id: 7,
      },
      target: { kind: "issue", number: 1 + random(900), title: some(6), author: `person-${random(200)}` },
      base: { ref: "main", sha: "a".repeat(40) },
      requested_by: { login: `person-${random(200)}`, id: 1, permission: "write" },
      pipeline: pipeline?.name,
      steps: pipeline?.steps,
    });
    writeFileSync(join(folder, "job.json"), JSON.stringify(spec, null, 2));
    const isOpen = each >= count - openJobs;
    const state = { ...newJobState(spec, iso), phase: isOpen ? ("queued" as const) : ("finished" as const) };
    writeFileSync(join(folder, "state.json"), JSON.stringify(state, null, 2));
    if (isOpen) continue;
    const shared = {
      schema_version: "2.0",
      job_id: id,
      status: states[random(states.length)],
      attempts: 1,
      started_at: iso,
      finished_at: iso,
      summary: some(12),
      change_status: "changed",
      secrets_check: "passed",
      artifacts: {
        report_md: "report.md",
        patch_diff: "patch.diff",
        logs_txt: "logs.txt",
        result_json: "result.json",
      },
      metrics: {
        duration_ms: random(900_000),
        cost_usd: random(400) / 100,
        tokens_in: random(9e5),
        tokens_out: random(9e4),
      },
      error: null,
    };
    const result = JobResult.parse({
      ...shared,
      kind: "job",
      patch: null,
      steps: spec.steps.map(({ step_id, agent, role }) => ({
        ...shared,
        kind: "step",
        step_id,
        agent,
        role,
        simulated: false,
        session_id: null,
      })),
    });
    writeFileSync(join(folder, "result.json"), JSON.stringify(result, null, 2));
    writeFileSync(join(folder, "report.md"), `## Summary\n\n${some(120)}\n`);
  }
  return count;
}
