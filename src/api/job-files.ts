// The files of a job that may be fetched: a fixed list, and never what a link leads to.
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import type { Artifacts } from "../artifacts/store.ts";
import { safeJoin } from "../io/file.ts";
import type { JobSpec } from "../job/job-spec.ts";
import { notFound, Problem } from "./problem.ts";

const ofJob = [
  "job.json",
  "state.json",
  "result.json",
  "context.json",
  "report.md",
  "patch.diff",
  "logs.txt",
];
const ofStep = [
  "result.json",
  "report.md",
  "patch.diff",
  "logs.txt",
  "prompt.md",
  "findings.json",
  "verify.txt",
];

type Files = Pick<Artifacts, "jobFolder" | "readResult" | "readStepResult">;

interface JobFile {
  name: string;
  bytes: number;
}

function namesOf(spec: JobSpec): string[] {
  return [
    ...ofJob,
    ...spec.steps.flatMap(({ step_id: step }) => ofStep.map((file) => `steps/${step}/${file}`)),
  ];
}

/** What is there now. */
export async function listFiles(artifacts: Files, spec: JobSpec): Promise<JobFile[]> {
  const found: JobFile[] = [];
  for (const name of namesOf(spec)) {
    const file = await openFile(artifacts, spec, name);
    if (!file) continue;
    await file.handle.close();
    found.push({ name, bytes: file.bytes });
  }
  return found;
}

/**
 * One file as a stream. Throws Problem 404 for a name that isn't of the list or isn't there, 403 for a patch in which there
 * may be a secret: it is held unmasked.
 */
export async function readFile(
  artifacts: Files,
  spec: JobSpec,
  name: string,
): Promise<{ stream: ReadableStream; bytes: number }> {
  if (!namesOf(spec).includes(name)) throw notFound("artifact");
  if (name.endsWith("patch.diff") && !(await hasPassed(artifacts, spec, name))) {
    const detail = "a secret was found in this patch, or it is not searched yet; look at it where it lies";
    throw new Problem({ status: 403, detail });
  }
  const file = await openFile(artifacts, spec, name);
  if (!file) throw notFound("artifact");
  const { handle, bytes } = file;
  if (bytes === 0) {
    await handle.close();
    return { stream: new Blob([]).stream(), bytes };
  }
  // No more than was there when its length was told.
  const stream = Readable.toWeb(handle.createReadStream({ start: 0, end: bytes - 1 }));
  return { stream, bytes };
}

async function hasPassed(artifacts: Files, { job_id: id }: JobSpec, name: string): Promise<boolean> {
  const job = await artifacts.readResult(id);
  const step = name.startsWith("steps/") ? name.split("/")[1] : undefined;
  const own = step === undefined ? job : await artifacts.readStepResult(id, step);
  return job?.secrets_check === "passed" && own?.secrets_check === "passed";
}

async function openFile(artifacts: Files, { job_id: id }: JobSpec, name: string) {
  try {
    const path = safeJoin(artifacts.jobFolder(id), name);
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const found = await handle.stat();
    if (found.isFile()) return { handle, bytes: found.size };
    await handle.close();
  } catch {
    // Not there, or a link: there is no such artifact.
  }
  return undefined;
}
