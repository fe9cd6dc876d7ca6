// A job as it goes on, for any number of viewers: one watch on its folder, one reading of what is new.
//
// A person can't read a megabyte a second. Whoever is further behind than a screen or two of text is brought to the
// end, and is told how much was left out; the whole log is a file.
import { createHash } from "node:crypto";
import { lstat } from "node:fs/promises";
import { nextChange, readFrom } from "../../artifacts/follow.ts";
import type { Artifacts } from "../../artifacts/store.ts";
import { safeJoin } from "../../io/file.ts";
import { type JobView, readJobView } from "./job-files.ts";
import { goingOn, stepsPart } from "./pages/job-page.ts";
import { statusSign } from "./parts/status.ts";

export interface LiveEvent {
  event: "part" | "log" | "end";
  /** From which a later request goes on. */
  id: string;
  data: string;
}

type LiveArtifacts = Pick<
  Artifacts,
  "readJob" | "readState" | "readResult" | "readPublication" | "stepFolder" | "jobFolder"
>;

/** At most so often is something new told. */
const everyMs = 250;
const maxChunkBytes = 32 * 1024;
/** From further behind than this a viewer is brought so near to the end. */
const maxBehindBytes = 256 * 1024;
const maxJumpBytes = 64 * 1024;

/** The bytes of one place of a log, ready to be sent; viewers that are at the same place share them. */
interface Chunk {
  key: string;
  made: Promise<{ end: number; data: string } | undefined>;
}

export function createLiveJobs({ artifacts, clock }: { artifacts: LiveArtifacts; clock: () => Date }) {
  /** One for each job that somebody watches. */
  const watched = new Map<string, Watched>();

  interface Watched {
    viewers: number;
    change: Promise<void> | undefined;
    view: { atMs: number; read: Promise<JobView | undefined> } | undefined;
    chunks: Chunk[];
  }

  function changed(jobId: string, job: Watched): Promise<void> {
    job.change ??= (async () => {
      const pause = new Promise((resolve) => setTimeout(resolve, everyMs));
      await Promise.all([nextChange(artifacts.jobFolder(jobId)), pause]);
      job.change = undefined;
    })();
    return job.change;
  }

  function viewOf(jobId: string, job: Watched): Promise<JobView | undefined> {
    const nowMs = performance.now();
    if (job.view && nowMs - job.view.atMs < everyMs / 2) return job.view.read;
    job.view = { atMs: nowMs, read: readJobView(artifacts, jobId) };
    return job.view.read;
  }

  function chunkAt(jobId: string, job: Watched, stepId: string, from: number, isOver: boolean) {
    const key = `${stepId}:${from}:${isOver}`;
    const known = job.chunks.find((chunk) => chunk.key === key);
    if (known) return known.made;
    const made = readChunk(safeJoin(artifacts.stepFolder(jobId, stepId), "logs.txt"), stepId, from, isOver);
    job.chunks = [...job.chunks.slice(-7), { key, made }];
    // What isn't there yet may be there at the next look.
    void made.then((chunk) => {
      if (!chunk) job.chunks = job.chunks.filter((each) => each.key !== key);
    });
    return made;
  }

  async function* events(
    jobId: string,
    job: Watched,
    { after, signal }: { after: string | undefined; signal: AbortSignal },
  ): AsyncGenerator<LiveEvent> {
    const offsets = new Map<string, number>();
    let told = "";
    let isFirst = true;
    while (!signal.aborted) {
      const view = await viewOf(jobId, job);
      if (!view) return;
      const steps = view.spec.steps.map(({ step_id: id }) => id);
      if (isFirst)
        for (const [at, offset] of readId(after, steps.length)) offsets.set(steps[at] ?? "", offset);
      isFirst = false;
      const id = (): string => steps.map((step) => offsets.get(step) ?? 0).join(",");
      const isOver = !goingOn.has(view.status);
      const sum = digest(view);
      if (sum !== told) {
        told = sum;
        const html = String(await stepsPart(view, clock().getTime()));
        yield { event: "part", id: id(), data: JSON.stringify({ id: "steps", html }) };
        const state = String(await statusSign(view.status));
        yield { event: "part", id: id(), data: JSON.stringify({ id: "state", html: state }) };
      }
      for (const step of steps) {
        while (!signal.aborted) {
          const chunk = await chunkAt(jobId, job, step, offsets.get(step) ?? 0, isOver);
          if (!chunk) break;
          offsets.set(step, chunk.end);
          yield { event: "log", id: id(), data: chunk.data };
        }
      }
      if (isOver) {
        yield { event: "end", id: "end", data: "{}" };
        return;
      }
      await Promise.race([changed(jobId, job), aborted(signal)]);
    }
  }

  return {
    /** The events after the one with the id `after`, until the job has ended or waits for a person. */
    async *open(
      jobId: string,
      given: { after: string | undefined; signal: AbortSignal },
    ): AsyncGenerator<LiveEvent> {
      const job = watched.get(jobId) ?? { viewers: 0, change: undefined, view: undefined, chunks: [] };
      watched.set(jobId, job);
      job.viewers += 1;
      try {
        yield* events(jobId, job, given);
      } finally {
        job.viewers -= 1;
        if (job.viewers === 0) watched.delete(jobId);
      }
    },
  };
}

async function readChunk(
  path: string,
  stepId: string,
  from: number,
  isOver: boolean,
): Promise<{ end: number; data: string } | undefined> {
  const size = await lstat(path).then(
    (file) => file.size,
    () => 0,
  );
  const behind = size < from ? size : size - from;
  const at = behind > maxBehindBytes ? size - maxJumpBytes : from;
  const read = await readFrom(path, at, maxChunkBytes);
  // The first line after a jump is cut.
  const cut = at > from ? read.text.indexOf(10) + 1 : 0;
  const text = read.text.subarray(cut);
  const whole = wholeLines(text, isOver);
  if (whole === 0) return undefined;
  const left = read.start + cut - from;
  const skipped = at > from ? `… ${left} bytes are left out here …\n` : "";
  const data = JSON.stringify({ step_id: stepId, text: skipped + text.subarray(0, whole).toString("utf8") });
  return { end: read.start + cut + whole, data };
}

/** As much as ends with a line, so that no character is cut; all of it when no more comes, or when a line is too long. */
function wholeLines(text: Buffer, isLast: boolean): number {
  const end = text.lastIndexOf(10) + 1;
  return end > 0 ? end : isLast || text.length === maxChunkBytes ? text.length : 0;
}

function digest({ state, status, result }: JobView): string {
  return createHash("sha1")
    .update(JSON.stringify([state, status, result?.status]))
    .digest("base64url");
}

/** Steps by their place, with how far their logs were read. */
function readId(id: string | undefined, steps: number): [number, number][] {
  const numbers = /^\d{1,15}(?:,\d{1,15}){0,31}$/.test(id ?? "") ? (id ?? "").split(",").map(Number) : [];
  return numbers.length === steps ? [...numbers.entries()] : [];
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
