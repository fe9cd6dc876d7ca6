// The comment while a job waits or works.
import type { GitHubJob } from "../../job/job-spec.ts";
import type { JobState } from "../../job/job-state.ts";
import { assemble, fixed } from "./assemble.ts";
import { checklist, itemsOfState, stepName, type Item } from "./checklist.ts";
import { maxCommentChars } from "./fit.ts";
import { goalQuote, smallPrint } from "./frame.ts";
import { jobMarker } from "./marker.ts";
import { counted } from "./quantities.ts";
import type { Voice } from "./voice.ts";

/** `position` counts the jobs that are to be started before this one; undefined when it isn't known. */
export function progressComment(
  job: { spec: GitHubJob; state: JobState | undefined; position: number | undefined },
  voice: Voice,
): string {
  const items = itemsOfState(job.spec, job.state);
  const body = assemble(
    [
      fixed(`### ${title(job.state, items, job.position)}`),
      fixed(goalQuote(job.spec, voice)),
      fixed(checklist(items)),
      fixed(smallPrint(job.spec, undefined, voice)),
    ],
    maxCommentChars,
  );
  return `${jobMarker(job.spec.job_id)}\n${voice.mask(body)}`;
}

function title(state: JobState | undefined, items: readonly Item[], position: number | undefined): string {
  if (state?.phase === "preparing") return "🔄 Preparing the workspace";
  if (state?.phase === "running") {
    const at = items.findIndex((item) => item.status === "running" || item.status === "retryable");
    const item = items[at];
    return item ? `🔄 ${stepName(item.step_id)}, step ${at + 1} of ${items.length}` : "🔄 Working";
  }
  if (state?.phase === "finished") return "🔄 Publishing the result";
  if (position === undefined) return "🕓 In the queue";
  return position === 0 ? "🕓 Next in the queue" : `🕓 In the queue, ${counted(position, "job")} ahead`;
}
