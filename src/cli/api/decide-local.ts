// What is decided over HTTP about jobs on projects of this machine. What GitHub asked for is decided there, by people whose
// permission GitHub knows.
import { setTimeout as delay } from "node:timers/promises";
import type { JobActions } from "../../api/job-routes.ts";
import { Problem } from "../../api/problem.ts";
import type { ApiToken } from "../../api/token-file.ts";
import { findStep } from "../../command/choose-steps.ts";
import { heldPatch } from "../../job/held-patch.ts";
import type { JobSpec } from "../../job/job-spec.ts";
import type { QueueState } from "../../job/queue-state.ts";
import type { JobResult } from "../../job/result.ts";
import type { House } from "../assemble.ts";
import { cancelJob } from "../cancel-job.ts";
import { makeBranch } from "../local/branch.ts";
import type { Projects } from "./projects.ts";

const conflict = (detail: string): Problem => new Problem({ status: 409, detail });
const by = (token: ApiToken): string => `by the token ${token.name}`;

export function createLocalDecisions(house: House, projects: Projects): JobActions {
  const { artifacts, audit, clock, jobs, config } = house;

  async function insist(
    kind: "job_cancelled" | "job_approved" | "patch_applied" | "patch_discarded",
    { job_id }: JobSpec,
    token: ApiToken,
    more: Record<string, string> = {},
  ): Promise<void> {
    await audit.insist({ kind, fields: { job_id, token: token.name, token_id: token.id, ...more } });
  }

  function onlyLocal({ repository }: JobSpec, word: string): void {
    if (repository === undefined) return;
    throw conflict(`the job is GitHub's: write ${config.TRIGGER} ${word} there`);
  }

  /** A job whose result can be read already stands for a moment with its runner still: that is waited for. */
  async function stateOf(id: string): Promise<QueueState | undefined> {
    for (let tries = 1; ; tries += 1) {
      const state = (await jobs.find(id))?.state;
      if (state !== "running" || tries > 100) return state;
      if ((await artifacts.readState(id))?.phase !== "finished") return state;
      await delay(50);
    }
  }

  async function resultOf({ job_id }: JobSpec): Promise<JobResult> {
    const result = await artifacts.readResult(job_id);
    if (!result) throw conflict("the job has no result yet");
    return result;
  }

  return {
    async cancel(spec, token) {
      const state = await stateOf(spec.job_id);
      if (state === "awaiting_approval") {
        onlyLocal(spec, "discard");
        const result = await resultOf(spec);
        await insist("patch_discarded", spec, token);
        await artifacts.writeResult({ ...result, status: "cancelled", error: null });
        await jobs.cancel(spec.job_id, `discarded ${by(token)}`);
        return;
      }
      if (state !== "pending" && state !== "running") {
        throw conflict(`nothing was cancelled: the job is ${state ?? "gone"}`);
      }
      await insist("job_cancelled", spec, token);
      await cancelJob(house, spec.job_id, `cancelled ${by(token)}`);
    },

    async again(spec, { jobId, createdAt, token, from }) {
      onlyLocal(spec, "retry");
      const state = await stateOf(spec.job_id);
      if (state === "pending" || state === "running" || state === "awaiting_approval") {
        throw conflict(`the job is ${state}: it has not ended, so there is nothing to retry`);
      }
      const { rerun: _earlier, ...rest } = spec;
      return {
        ...rest,
        job_id: jobId,
        created_at: createdAt,
        source: { type: "api", meta: { token: token.name, retry_of: spec.job_id } },
        ...(from !== undefined && {
          rerun: { job_id: spec.job_id, from_step: findStep(spec.steps, from).step_id },
        }),
      };
    },

    async approve(spec, token) {
      onlyLocal(spec, "approve");
      const id = spec.job_id;
      const state = await stateOf(id);
      if (state !== "awaiting_approval")
        throw conflict(`the job is ${state ?? "gone"}: it waits for no approval`);
      if (heldPatch(await resultOf(spec)))
        throw conflict("the job has a patch that is held: apply publishes it");
      await insist("job_approved", spec, token);
      const known = await artifacts.readState(id);
      if (known) {
        await artifacts.writeState({ ...known, phase: "queued", approved_sha: spec.base?.sha ?? null });
      }
      await jobs.approve(id, `approved ${by(token)}`);
    },

    async apply(spec, token, sha256) {
      onlyLocal(spec, "apply");
      const folder = projects.folder(spec.project_id ?? "");
      if (folder === undefined || !spec.base) throw conflict("the job's project is not configured any more");
      const result = await resultOf(spec);
      const { patch } = result;
      const held = heldPatch(result);
      if (!patch || (result.status !== "success" && !held)) {
        throw conflict(`the job is ${result.status} and has no patch to apply`);
      }
      if (held && sha256 === undefined) {
        throw conflict(
          `the patch is held; look at it, then name it: patch_sha256 ${patch.sha256.slice(0, 12)}`,
        );
      }
      if (sha256 !== undefined && !patch.sha256.startsWith(sha256)) {
        throw conflict(`patch_sha256: the job's patch is ${patch.sha256.slice(0, 12)}`);
      }
      await insist("patch_applied", spec, token, { patch_sha256: patch.sha256 });
      const repository = { ...(await projects.open(folder)), base: spec.base };
      const branch = await makeBranch(house, { spec, result, repository });
      if (held) {
        const at = clock().toISOString();
        const decision = { kind: "applied" as const, login: token.name, at, marker: `token-${token.id}` };
        const warning = `released ${by(token)}; the patch gate had held it`;
        const warnings = [...result.warnings, warning];
        await artifacts.writeResult({ ...result, status: "success", error: null, decision, warnings });
        await jobs.settle(spec.job_id, `released ${by(token)}`);
      }
      return { branch };
    },
  };
}
