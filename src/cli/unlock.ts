// `patchbay unlock <job>`: ends a job that its runner holds and doesn't bring to its end.
import { UserError } from "../errors.ts";
import { killMarked } from "../io/process-tree.ts";
import { giveUpJob } from "../runner/give-up.ts";
import { assemble } from "./assemble.ts";
import { auditGivenUp } from "./audit/audit-runner.ts";
import { readEnvironment } from "./environment.ts";
import { findJob, openArtifacts } from "./jobs/job-view.ts";

const message =
  "the operator ended the job by force, since its runner did not; ask again in a new comment, or retry it";

/**
 * Takes the job from whoever holds it, ends what is left of its agents on this machine, and tells it as failed; the next job of
 * its issue may begin. A runner that is still alive notices and writes nothing more. Throws UserError for a job that doesn't
 * run.
 */
export async function unlock(wanted: string): Promise<void> {
  const config = readEnvironment();
  const { spec } = await findJob(config, openArtifacts(config), wanted);
  const id = spec.job_id;
  const house = await assemble({ ...config, LOG_LEVEL: "error" }, config.credentials);
  try {
    const { state } = (await house.jobs.find(id)) ?? {};
    if (state !== "running") {
      throw new UserError(`job ${id} is ${state ?? "not in the queue"}: only one that runs can be unlocked`);
    }
    await house.audit.insist({ kind: "job_cancelled", fields: { job_id: id, note: message } });
    if (!(await house.jobs.unlock(id, message))) throw new UserError(`job ${id} has just ended by itself`);
    await killMarked(id);
    await house.budgets.release(id);
    const ticket = await house.jobs.find(id);
    if (ticket) {
      await giveUpJob(house, ticket, { code: "crashed", message, details: {} });
      await auditGivenUp(house, ticket);
    }
    console.log(`${id}  failed`);
  } finally {
    await house.close();
  }
}
