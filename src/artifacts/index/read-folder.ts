// A job's files as the index reads them: at once and without waiting, since a rebuild reads some hundred thousand.
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import { errorCode } from "../../io/file.ts";
import { IndexedResult, IndexedSpec, IndexedState, type JobFiles } from "./job-facts.ts";

const maxJsonBytes = 16 * 1024 * 1024;
const maxReportBytes = 64 * 1024;
/** A file system's clock goes in steps: what was changed so shortly before may have changed again unseen. */
const clockStepMs = 25;

export type FolderReading =
  | { kind: "job"; files: JobFiles }
  /** No folder of this name. */
  | { kind: "gone" }
  /** No job.json yet, or one that can't be read. */
  | { kind: "unreadable"; folderMs: number };

/** When the folder was changed last; undefined when there is none. */
export function folderChangedMs(path: string): number | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isDirectory() === true ? stat.mtimeMs : undefined;
}

/** `folderMs` is 0 when the folder was changed only now: it has to be read once more. */
export function readFolder(root: string, jobId: string): FolderReading {
  const folder = join(root, jobId);
  const changedMs = folderChangedMs(folder);
  if (changedMs === undefined) return { kind: "gone" };
  const folderMs = Date.now() - changedMs < clockStepMs ? 0 : changedMs;
  try {
    const spec = readJson(join(folder, "job.json"), IndexedSpec);
    if (spec?.job_id !== jobId) return { kind: "unreadable", folderMs };
    const state = readJson(join(folder, "state.json"), IndexedState);
    const result = readJson(join(folder, "result.json"), IndexedResult);
    const report = result && readStart(join(folder, "report.md"), maxReportBytes)?.toString("utf8");
    return { kind: "job", files: { spec, state, result, report, folderMs } };
  } catch {
    return { kind: "unreadable", folderMs };
  }
}

/** Undefined when there is no such file; throws when it is damaged. */
function readJson<T>(path: string, schema: z.ZodType<T>): T | undefined {
  const bytes = readStart(path, maxJsonBytes);
  return bytes && schema.parse(JSON.parse(bytes.toString("utf8")));
}

/** A link in the file's place is refused (ELOOP): who wrote there may not choose what is read. */
function readStart(path: string, maxBytes: number): Buffer | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new Error(`reading ${path}: it is not a regular file`);
    const buffer = Buffer.allocUnsafe(Math.min(stat.size, maxBytes));
    let filled = 0;
    while (filled < buffer.length) {
      const read = readSync(file, buffer, filled, buffer.length - filled, filled);
      if (read === 0) break;
      filled += read;
    }
    return buffer.subarray(0, filled);
  } finally {
    closeSync(file);
  }
}
