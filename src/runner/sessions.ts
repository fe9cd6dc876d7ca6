// Sessions of ended jobs: the HOME in which an agent has its memory, kept for a while so that a follow-up can let it go on.
import { lstat, mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { writeFileAtomic } from "../io/file.ts";
import { JobId } from "../job/ids.ts";
import type { JobSpec } from "../job/job-spec.ts";
import type { StepResult } from "../job/result.ts";
import type { StepSpec } from "../job/step-spec.ts";

const Kept = z.object({
  schema_version: z.literal("1.0"),
  session_id: z.string().min(1),
  agent: z.string(),
  role: z.string(),
  /** The repository that it saw: it goes on in no other. */
  place: z.string(),
});

/** In a job's folder: the id of the one that followed it. No step is named so: a step's id has no "~". */
const next = "~next";
const maxLinks = 100;

export interface Sessions {
  /** Keeps the HOME of a step that has ended, if its agent has a session; the folder goes from where it is. */
  keep(
    spec: JobSpec,
    result: Pick<StepResult, "session_id" | "step_id" | "agent" | "role">,
    home: string,
  ): Promise<void>;
  /**
   * Moves the HOME of the job that `spec` follows to `home`, which must not be there, and returns the session's id;
   * undefined when no such session is kept: of the same repository, agent and role. It is taken: a second call finds nothing.
   */
  take(spec: JobSpec, step: StepSpec, home: string): Promise<string | undefined>;
  /** Removes those of jobs that ended before. */
  forget(before: Date): Promise<void>;
}

/** Keeps them below `root`, which lies on the file system of the workspaces: a HOME is renamed, never read. */
export function createSessions({ root }: { root: string }): Sessions {
  return {
    async keep(spec, { session_id: id, step_id: step, agent, role }, home) {
      const folder = join(root, spec.job_id, step);
      if (id === null || !(await isFolder(home))) return;
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await rename(home, join(folder, "home"));
      const kept = { schema_version: "1.0", session_id: id, agent, role, place: placeOf(spec) };
      await writeFileAtomic(join(folder, "session.json"), `${JSON.stringify(kept)}\n`);
      if (spec.follows === undefined) return;
      // Who follows the same job as this one did goes on from here.
      await mkdir(join(root, spec.follows), { recursive: true, mode: 0o700 });
      await writeFileAtomic(join(root, spec.follows, next), spec.job_id);
    },

    async take(spec, step, home) {
      if (spec.follows === undefined) return undefined;
      const job = await lastOf(root, spec.follows);
      for (const name of (await namesIn(job)).toSorted()) {
        const kept = await read(join(job, name, "session.json"));
        const fits = kept?.agent === step.agent && kept.role === step.role && kept.place === placeOf(spec);
        if (!kept || !fits) continue;
        await mkdir(dirname(home), { recursive: true });
        await rename(join(job, name, "home"), home);
        await rm(join(job, name), { recursive: true, force: true });
        return kept.session_id;
      }
      return undefined;
    },

    async forget(before) {
      for (const name of await namesIn(root)) {
        const { mtime } = await stat(join(root, name));
        if (mtime < before) await rm(join(root, name), { recursive: true, force: true });
      }
    },
  };
}

/** The folder of the job at the end of a chain of follow-ups. */
async function lastOf(root: string, first: string): Promise<string> {
  let job = first;
  for (let link = 0; link < maxLinks; link += 1) {
    const found = JobId.safeParse(await readFile(join(root, job, next), "utf8").catch(() => undefined));
    if (!found.success) break;
    job = found.data;
  }
  return join(root, job);
}

function placeOf({ repository, project_id: project }: JobSpec): string {
  return repository ? `${repository.host}/${repository.owner}/${repository.name}` : (project ?? "");
}

async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isDirectory() === true;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}

/** What is not ours to read is as good as not there. */
async function read(path: string): Promise<z.infer<typeof Kept> | undefined> {
  try {
    return Kept.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return undefined;
  }
}
