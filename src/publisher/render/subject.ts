// What a job is about, in one line: for titles, commits and branches.
import type { GitHubJob } from "../../job/job-spec.ts";
import { oneLine, shorten } from "./fence.ts";

/** Requests that only make sense below the title that they were written under. */
const vague =
  /^(?:please\s+|can you\s+|pls\s+)?(?:fix|do|implement|solve|handle|address|resolve|look into|work on|take|try)?\s*(?:this|it|that|the)?\s*(?:issue|bug|problem|ticket|one)?\s*(?:please|pls|now)?\s*[.!?]*$/i;

/** The first line of the goal, or the thread's title when the goal says nothing by itself. At most `max` characters. */
export function subjectOf(spec: Pick<GitHubJob, "goal" | "target">, max: number): string {
  const first =
    spec.goal
      .split("\n")
      .map(oneLine)
      .find((line) => line !== "") ?? "";
  const line = vague.test(first) ? oneLine(spec.target.title) || first : first;
  return shorten(line.replace(/[\s.:;,]+$/, ""), max);
}
