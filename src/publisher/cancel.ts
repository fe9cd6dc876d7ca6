// `/agent cancel`: a job that runs or waits is ended, because a person says so.
import { answer, type Decide, done } from "./decided.ts";
import type { PublisherDeps } from "./deps.ts";

/** Asks for the job's end; its comment is brought up to date by whoever ends it. */
export async function cancel(deps: PublisherDeps, intent: Decide): Promise<void> {
  const before = await deps.jobs.state(intent.job_id);
  if (before === "awaiting_approval") {
    return answer(deps, intent, `The job waits for a person by now: \`${deps.trigger} discard\` drops it.`);
  }
  if (before === "running" || before === "pending") await deps.auditDecided(intent);
  const outcome = await deps.jobs.cancel(intent.job_id, `cancelled by @${intent.by.login}`);
  if (outcome === "finished" || outcome === "unknown") {
    return answer(
      deps,
      intent,
      `Nothing was cancelled: the job has ended already (${before ?? "it is gone"}).`,
    );
  }
  await done(deps, intent);
}
