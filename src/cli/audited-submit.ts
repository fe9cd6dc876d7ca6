// The one way into the job queue for every entry: each job that is queued is in the audit log.
import { createSubmit, type Submit } from "../command/submit.ts";
import type { House } from "./assemble.ts";

export function auditedSubmit(
  house: Pick<House, "jobs" | "outbox" | "artifacts" | "clock" | "audit">,
): Submit {
  const submit = createSubmit(house);
  return async (spec) => {
    const outcome = await submit(spec);
    const { job_id, source, requested_by, repository, target, goal, pipeline, dry_run } = spec;
    await house.audit.record({
      kind: "job_queued",
      fields: {
        job_id,
        outcome,
        source: source.type,
        meta: source.meta,
        login: requested_by?.login ?? null,
        permission: requested_by?.permission ?? null,
        repository: repository ? `${repository.host}/${repository.owner}/${repository.name}` : null,
        number: target?.number ?? null,
        goal,
        pipeline,
        dry_run,
      },
    });
    return outcome;
  };
}
