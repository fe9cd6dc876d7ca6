// Jobs that have waited too long for a person's word are ended, and what they held is dropped.
import type { Decision } from "../job/decision.ts";
import type { Intent } from "../job/intent.ts";
import type { JobSpec } from "../job/job-spec.ts";
import type { Ticket } from "../queue/contract.ts";
import type { House, Running } from "./assemble.ts";
import { repeat } from "./repeat.ts";

const everyMs = 60_000;
const pageSize = 100;

type Options = Pick<House, "jobs" | "audit" | "clock"> & {
  artifacts: Pick<House["artifacts"], "readResult" | "writeResult" | "readState">;
  outbox: Pick<House["outbox"], "enqueue">;
};

type Expire = Extract<Intent, { kind: "expire" }>;

export function createExpireWaiting({ jobs, artifacts, outbox, audit, clock }: Options) {
  /** Asks for the end of a job that has waited too long. It ends in the outbox, where a person's word has its turn too. */
  async function ask({ id }: Ticket<JobSpec>, ttlSec: number): Promise<void> {
    const since = (await artifacts.readResult(id))?.finished_at;
    if (since === null || since === undefined) return;
    if (clock().getTime() - Date.parse(since) < ttlSec * 1000) return;
    await outbox.enqueue({
      id: `${id}-expire-${Date.parse(since)}`,
      key: `job:${id}`,
      payload: { kind: "expire", job_id: id, waits_since: since, ttl_sec: ttlSec },
    });
  }

  return {
    async look(ttlSec: number): Promise<void> {
      for (let after: string | undefined; ;) {
        const page = await jobs.list("awaiting_approval", {
          limit: pageSize,
          ...(after !== undefined && { after }),
        });
        for (const ticket of page) await ask(ticket, ttlSec);
        after = page.at(-1)?.id;
        if (page.length < pageSize) return;
      }
    },

    /** Ends the job, unless somebody has decided meanwhile. Doing it again does what is missing. */
    async end({ job_id: jobId, waits_since: since, ttl_sec: ttlSec }: Expire): Promise<void> {
      const ticket = await jobs.find(jobId);
      const result = await artifacts.readResult(jobId);
      if (ticket?.state !== "awaiting_approval" || result?.finished_at !== since) return;
      const summary = `nobody decided within ${spoken(ttlSec)}`;
      await audit.insist({
        kind: result.patch ? "patch_discarded" : "job_cancelled",
        fields: {
          job_id: jobId,
          note: summary,
          ...(result.patch && { patch_sha256: result.patch.sha256 }),
        },
      });
      const epoch = (await artifacts.readState(jobId))?.epoch ?? 0;
      const at = clock().toISOString();
      const decision: Decision = { kind: "expired", login: "", at, marker: `${jobId}-expired` };
      await artifacts.writeResult({ ...result, status: "cancelled", error: null, summary, decision });
      await outbox.enqueue({
        id: `${jobId}-${epoch}-expired`,
        key: `job:${jobId}`,
        payload: { kind: "publish", job_id: jobId, epoch },
      });
      await jobs.cancel(jobId, summary);
    },
  };
}

function spoken(seconds: number): string {
  const units = [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ] as const;
  const [name, size] = units.find(([, each]) => seconds % each === 0) ?? ["second", 1];
  const count = seconds / size;
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}

/** Looks each minute; not at all without APPROVAL_TTL_SEC. */
export function expireWaiting(house: House): Running {
  const { config, log } = house;
  if (config.APPROVAL_TTL_SEC === 0) return { stop: async () => undefined };
  const waiting = createExpireWaiting(house);
  const what = "looking for jobs that have waited too long";
  return repeat({ everyMs, what, log }, () => waiting.look(config.APPROVAL_TTL_SEC));
}
