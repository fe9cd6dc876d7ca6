// A job as it goes on: its status and the steps' logs, each event with an id from which a later request goes on.
import { createHash } from "node:crypto";
import { nextChange, readFrom } from "../artifacts/follow.ts";
import type { Artifacts } from "../artifacts/store.ts";
import { safeJoin } from "../io/file.ts";
import type { JobSpec } from "../job/job-spec.ts";
import { type JobResource, readJobResource } from "./job-resource.ts";

export interface JobEvent {
  event: "status" | "log" | "end";
  id: string;
  data: string;
}

/** Of the last event: whoever has seen it has seen everything. */
export const endId = "end";

const maxChunkBytes = 64 * 1024;
const waits = new Set<string>(["queued", "preparing", "running"]);

/**
 * The events after the one with the id `after`, until the job has ended or waits for a person, or until `signal` aborts.
 * An id says how far each step's log was read and which status was told, so that nothing has to be kept for it.
 */
export async function* jobEvents(
  artifacts: Pick<Artifacts, "readState" | "readResult" | "readPublication" | "stepFolder" | "jobFolder">,
  spec: JobSpec,
  { after, signal }: { after: string | undefined; signal: AbortSignal },
): AsyncGenerator<JobEvent> {
  const seen = readId(after, spec.steps.length);
  let { told } = seen;
  const { offsets } = seen;
  const idNow = (): string => `${offsets.join(",")};${told}`;

  while (!signal.aborted) {
    const job = await readJobResource(artifacts, spec);
    const hash = hashOf(job);
    const isOver = !waits.has(job.status);
    if (hash !== told) {
      told = hash;
      yield { event: "status", id: idNow(), data: JSON.stringify(job) };
    }
    for (const [at, { step_id: step }] of spec.steps.entries()) {
      const path = safeJoin(artifacts.stepFolder(spec.job_id, step), "logs.txt");
      for (; !signal.aborted;) {
        const { start, text } = await readFrom(path, offsets[at] ?? 0, maxChunkBytes);
        const end = wholeLines(text, isOver);
        if (end === 0) break;
        offsets[at] = start + end;
        const data = JSON.stringify({ step_id: step, text: text.subarray(0, end).toString("utf8") });
        yield { event: "log", id: idNow(), data };
      }
    }
    if (isOver) {
      yield { event: "end", id: endId, data: JSON.stringify(job) };
      return;
    }
    if (!signal.aborted) await nextChange(artifacts.jobFolder(spec.job_id));
  }
}

/** As much as ends with a line, so that no character is cut; all of it when no more comes, or when a line is too long. */
function wholeLines(text: Buffer, isLast: boolean): number {
  const end = text.lastIndexOf(10) + 1;
  return end > 0 ? end : isLast || text.length === maxChunkBytes ? text.length : 0;
}

function hashOf(job: JobResource): string {
  return createHash("sha256").update(JSON.stringify(job)).digest("hex").slice(0, 16);
}

function readId(id: string | undefined, steps: number): { offsets: number[]; told: string } {
  const [, list = "", told = ""] = /^(\d{1,15}(?:,\d{1,15})*);([0-9a-f]{16})$/.exec(id ?? "") ?? [];
  const offsets = list.split(",").map(Number);
  if (told !== "" && offsets.length === steps) return { offsets, told };
  return { offsets: Array.from({ length: steps }, () => 0), told: "" };
}
