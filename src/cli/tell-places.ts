// While jobs wait, their comments say how many are ahead and when it will probably be their turn.
import type { Intent } from "../job/intent.ts";
import { isGitHubJob, type JobSpec } from "../job/job-spec.ts";
import type { Publication } from "../job/publication.ts";
import type { Queue } from "../queue/contract.ts";
import type { House, Running } from "./assemble.ts";
import { repeat } from "./repeat.ts";

/** A comment is edited at most this often for its place in the queue. */
const everyMs = 60_000;
/** GitHub allows 500 writes of content an hour; these may take 360. The rest of a long queue waits for its turn to be told. */
const mostAtOnce = 6;

interface Options {
  jobs: Pick<Queue<JobSpec>, "list" | "position" | "estimateStart">;
  outbox: Pick<Queue<Intent>, "enqueue">;
  artifacts: { readPublication(jobId: string): Promise<Publication | undefined> };
  clock: () => Date;
}

/**
 * Returns a function that looks at the jobs that are next and asks for their comments to be brought up to date where
 * the place or the estimate has changed since it last looked, and the comment is old enough. Returns how many.
 */
export function createTellPlaces({ jobs, outbox, artifacts, clock }: Options): () => Promise<number> {
  let told = new Map<string, string>();

  return async () => {
    const nowMs = clock().getTime();
    const seen = new Map<string, string>();
    let asked = 0;
    for (const { id, payload } of await jobs.list("pending", { limit: 100 })) {
      if (asked === mostAtOnce) break;
      const before = told.get(id);
      if (before !== undefined) seen.set(id, before);
      const said = await artifacts.readPublication(id);
      // Never said: its first word is on its way.
      if (!said || !isGitHubJob(payload) || nowMs - Date.parse(said.updated_at) < everyMs) continue;
      const place = `${await jobs.position(id)} ${(await jobs.estimateStart(id))?.toISOString().slice(0, 15)}`;
      if (place === before) continue;
      // Several processes look: within a minute one of them is enough.
      const ticketId = `${id}-place-${Math.floor(nowMs / everyMs)}`;
      await outbox.enqueue({
        id: ticketId,
        key: `job:${id}`,
        payload: { kind: "progress", job_id: id, epoch: said.epoch },
      });
      seen.set(id, place);
      asked += 1;
    }
    told = seen;
    return asked;
  };
}

/** Looks every minute until it is stopped. */
export function tellPlaces(house: House): Running {
  return repeat({ everyMs, what: "telling places in the queue", log: house.log }, createTellPlaces(house));
}
