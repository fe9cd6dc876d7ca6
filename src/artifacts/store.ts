// The fixed files that every job and every step leave behind: artifacts/<job_id>/….
//
// Text is masked as it is written. The one exception is patch.diff: a patch with a secret is held, not masked,
// since a masked one could not be applied; the gate sees to it that it goes nowhere.
import { mkdir } from "node:fs/promises";
import { join, relative } from "node:path";
import type { z } from "zod";
import { UserError } from "../errors.ts";
import { hashFile } from "./hash-file.ts";
import { readFileNoFollow, safeJoin, writeFileAtomic } from "../io/file.ts";
import type { CandidateLabel } from "../job/compare.ts";
import { JobId, StepId } from "../job/ids.ts";
import type { JobImage } from "../job/image.ts";
import { JobSpec } from "../job/job-spec.ts";
import { JobState } from "../job/job-state.ts";
import { Publication } from "../job/publication.ts";
import { JobResult, StepResult } from "../job/result.ts";
import { ReviewFindings } from "../job/review-finding.ts";

type JobFile = "report.md" | "patch.diff" | "logs.txt" | "result.json";
export type JobText = "report.md" | "logs.txt";
export type StepText = "report.md" | "logs.txt" | "prompt.md";

const stepFiles: ReadonlySet<string> = new Set(["report.md", "patch.diff", "logs.txt", "result.json"]);
export function candidateFile(label: CandidateLabel): string {
  return `patch-${label.toLowerCase()}.diff`;
}

const maxJsonBytes = 16 * 1024 * 1024;
const maxPatchBytes = 256 * 1024 * 1024;

/** `root` is artifacts/; `mask` takes every registered secret out of a text. */
export function createArtifacts(options: { root: string; mask: (text: string) => string }) {
  const { root, mask } = options;

  function jobFile(jobId: string, file: string): string {
    return safeJoin(root, JobId.parse(jobId), file);
  }

  function stepFile(jobId: string, stepId: string, file: string): string {
    return safeJoin(root, JobId.parse(jobId), "steps", StepId.parse(stepId), file);
  }

  async function readBytes(path: string, maxBytes: number): Promise<Buffer | undefined> {
    try {
      return await readFileNoFollow(path, maxBytes);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw error;
    }
  }

  async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const bytes = await readBytes(path, maxJsonBytes);
    if (!bytes) return undefined;
    try {
      return schema.parse(JSON.parse(bytes.toString("utf8")));
    } catch (cause) {
      const shown = relative(root, path);
      throw new UserError(
        `reading the artifact ${shown}: it is damaged; restore it or remove the job's folder`,
        {
          cause,
          code: "invalid_job",
        },
      );
    }
  }

  async function writeJson(path: string, value: object): Promise<void> {
    await writeFileAtomic(path, mask(`${JSON.stringify(value, null, 2)}\n`));
  }

  return {
    /** Makes the folders of a job and its steps. */
    async prepare(spec: JobSpec): Promise<void> {
      for (const step of spec.steps) {
        await mkdir(stepFile(spec.job_id, step.step_id, "."), { recursive: true });
      }
    },

    /** job.json is written once: a spec that is there stays as it was. */
    async writeJob(spec: JobSpec): Promise<void> {
      const path = jobFile(spec.job_id, "job.json");
      if (await readBytes(path, maxJsonBytes)) return;
      await mkdir(join(path, ".."), { recursive: true });
      await writeJson(path, spec);
    },
    readJob: (jobId: string) => readJson(jobFile(jobId, "job.json"), JobSpec),

    writeState: (state: JobState) => writeJson(jobFile(state.job_id, "state.json"), state),
    readState: (jobId: string) => readJson(jobFile(jobId, "state.json"), JobState),

    writeResult: (result: JobResult) => writeJson(jobFile(result.job_id, "result.json"), result),
    readResult: (jobId: string) => readJson(jobFile(jobId, "result.json"), JobResult),

    writeStepResult: (result: StepResult) =>
      writeJson(stepFile(result.job_id, result.step_id, "result.json"), result),
    readStepResult: (jobId: string, stepId: string) =>
      readJson(stepFile(jobId, stepId, "result.json"), StepResult),

    writeFindings: (jobId: string, stepId: string, findings: ReviewFindings) =>
      writeJson(stepFile(jobId, stepId, "findings.json"), findings),
    readFindings: (jobId: string, stepId: string) =>
      readJson(stepFile(jobId, stepId, "findings.json"), ReviewFindings),

    writePublication: (publication: Publication) =>
      writeJson(jobFile(publication.job_id, "publication.json"), publication),
    readPublication: (jobId: string) => readJson(jobFile(jobId, "publication.json"), Publication),

    /** The pictures of a job's conversation: images/image-1.png and so on. */
    async writeImage(jobId: string, file: JobImage["file"], bytes: Uint8Array): Promise<void> {
      await mkdir(jobFile(jobId, "images"), { recursive: true });
      await writeFileAtomic(safeJoin(root, JobId.parse(jobId), "images", file), bytes);
    },
    readImage: (jobId: string, file: JobImage["file"], maxBytes: number) =>
      readBytes(safeJoin(root, JobId.parse(jobId), "images", file), maxBytes),

    /** The sessions of the job's agents and the conversation so far. */
    writeContext: (jobId: string, context: object) => writeJson(jobFile(jobId, "context.json"), context),

    async writeText(jobId: string, file: JobText, text: string): Promise<void> {
      await writeFileAtomic(jobFile(jobId, file), mask(text));
    },
    async writeStepText(jobId: string, stepId: string, file: StepText, text: string): Promise<void> {
      await writeFileAtomic(stepFile(jobId, stepId, file), mask(text));
    },
    /** At most `maxBytes` of a text; undefined when there is none. */
    async readText(jobId: string, file: JobText, maxBytes: number): Promise<string | undefined> {
      return (await readBytes(jobFile(jobId, file), maxBytes))?.toString("utf8");
    },

    async writePatch(jobId: string, patch: Uint8Array): Promise<void> {
      await writeFileAtomic(jobFile(jobId, "patch.diff"), patch);
    },
    async writeStepPatch(jobId: string, stepId: string, patch: Uint8Array): Promise<void> {
      await writeFileAtomic(stepFile(jobId, stepId, "patch.diff"), patch);
    },
    readStepPatch: (jobId: string, stepId: string) =>
      readBytes(stepFile(jobId, stepId, "patch.diff"), maxPatchBytes),
    /** Brings what another job's step has left, but for its result, to the same step of this one. */
    async copyStep({ from, to, stepId }: { from: string; to: string; stepId: string }): Promise<void> {
      for (const file of ["report.md", "patch.diff", "logs.txt", "prompt.md", "findings.json"]) {
        const bytes = await readBytes(stepFile(from, stepId, file), maxPatchBytes);
        if (bytes) await writeFileAtomic(stepFile(to, stepId, file), bytes);
      }
    },
    readPatch: (jobId: string) => readBytes(jobFile(jobId, "patch.diff"), maxPatchBytes),
    /** patch-a.diff and patch-b.diff: two changes of which one is to be chosen. */
    async writeCandidate(jobId: string, label: CandidateLabel, patch: Uint8Array): Promise<void> {
      await writeFileAtomic(jobFile(jobId, candidateFile(label)), patch);
    },
    readCandidate: (jobId: string, label: CandidateLabel) =>
      readBytes(jobFile(jobId, candidateFile(label)), maxPatchBytes),

    /** An earlier step's artifact, `<step_id>/<file>`, for the prompt of a later one. */
    async readInput(jobId: string, path: string, maxBytes: number): Promise<string | undefined> {
      const [stepId = "", file = ""] = path.split("/");
      if (path !== `${stepId}/${file}` || !stepFiles.has(file))
        throw new Error(`${path} is no step's artifact`);
      const bytes = await readBytes(stepFile(jobId, stepId, file), maxBytes);
      return bytes === undefined ? undefined : mask(bytes.toString("utf8"));
    },

    /** SHA-256 of a job's main files as they are on the disk now; null for one that isn't there. */
    async readHashes(jobId: string): Promise<Record<JobFile, string | null>> {
      const [report, patch, logs, result] = await Promise.all(
        (["report.md", "patch.diff", "logs.txt", "result.json"] as const).map((file) =>
          hashFile(jobFile(jobId, file)),
        ),
      );
      return {
        "report.md": report ?? null,
        "patch.diff": patch ?? null,
        "logs.txt": logs ?? null,
        "result.json": result ?? null,
      };
    },

    /** Where a step's growing files (events, raw output) are appended to. */
    stepFolder: (jobId: string, stepId: string) => stepFile(jobId, stepId, "."),
    jobFolder: (jobId: string) => jobFile(jobId, "."),
  };
}

export type Artifacts = ReturnType<typeof createArtifacts>;
