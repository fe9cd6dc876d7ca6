// Repositories by their names, as the jobs that are known of them say; and who may do what there.
import { createRateLimit } from "../../api/rate-limit.ts";
import { findJobs, JobFilter } from "../../artifacts/index/find-jobs.ts";
import type { JobIndex } from "../../artifacts/index/job-index.ts";
import { places } from "../../artifacts/index/known-names.ts";
import type { Sight } from "../../artifacts/index/who-sees.ts";
import type { Viewer } from "../../api/dashboard/viewer.ts";
import type { GitHub } from "../../io/github.ts";
import type { JobSpec, Permission, Repository } from "../../job/job-spec.ts";
import { explain } from "../../errors.ts";

export interface Person {
  login: string;
  id: number;
}

interface Options {
  index: Pick<JobIndex, "catchUp" | "query">;
  artifacts: { readJob(jobId: string): Promise<JobSpec | undefined> };
  github: (installationId: number) => Promise<Pick<GitHub, "permission">>;
  clock: () => Date;
  log: { warn(fields: object, text: string): void };
}

/** What GitHub said about a person is believed for so long. */
const keptMs = 5 * 60 * 1000;
const atOnce = 8;
const maxKept = 50_000;
/** GitHub allows an installation 5,000 calls an hour: looking at pages may not use them up. */
const calls = { maxRequests: 2000, windowMs: 60 * 60 * 1000 };

export function openInstalled({ index, artifacts, github, clock, log }: Options) {
  const kept = new Map<string, { permission: Permission; untilMs: number }>();
  const repositories = new Map<string, Repository>();
  const allowance = createRateLimit(calls);

  /** As the newest job of it says. */
  async function repositoryOf(key: string): Promise<Repository | undefined> {
    const known = repositories.get(key);
    if (known) return known;
    const filter = JobFilter.parse({ repository: key, limit: 1 });
    const [job] = index.query((db) => findJobs(db, filter, "everything")).jobs;
    const spec = job && (await artifacts.readJob(job.job_id).catch(() => undefined));
    if (spec?.repository) repositories.set(key, spec.repository);
    return spec?.repository;
  }

  /** Asks GitHub; a person whose name is another's by now has none. */
  async function permission({ login, id }: Person, repository: Repository): Promise<Permission> {
    const door = await github(repository.installation_id);
    return door.permission(repository, login, id);
  }

  async function mayRead(person: Person, key: string): Promise<boolean> {
    const nowMs = clock().getTime();
    const entry = `${person.id} ${person.login} ${key}`;
    const known = kept.get(entry);
    if (known && known.untilMs > nowMs) return known.permission !== "none";
    try {
      const repository = await repositoryOf(key);
      if (!repository || !allowance(String(repository.installation_id)).allowed) return false;
      const found = await permission(person, repository);
      kept.delete(entry);
      kept.set(entry, { permission: found, untilMs: nowMs + keptMs });
      const [oldest] = kept.keys();
      if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest);
      return found !== "none";
    } catch (error) {
      // Not known is not seen.
      log.warn({ reason: explain(error), repository: key }, "who may read a repository could not be asked");
      return false;
    }
  }

  return {
    permission,

    async sightOf(viewer: Viewer): Promise<Sight> {
      if (viewer.kind === "operator") return "everything";
      await index.catchUp();
      const keys = index.query(places).filter((key) => !key.startsWith(":"));
      const seen = new Set<string>();
      for (let from = 0; from < keys.length; from += atOnce) {
        const some = keys.slice(from, from + atOnce);
        const may = await Promise.all(some.map((key) => mayRead(viewer, key)));
        for (const [at, key] of some.entries()) if (may[at]) seen.add(key);
      }
      return seen;
    },

    /** The repositories that are known so far, one for each installation. */
    installations(): Repository[] {
      const found = new Map<number, Repository>();
      for (const key of index.query(places).slice(0, 200)) {
        const known = repositories.get(key);
        if (known) found.set(known.installation_id, known);
      }
      return [...found.values()];
    },
  };
}

export type Installed = ReturnType<typeof openInstalled>;
