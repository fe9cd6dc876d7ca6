// The comment while a job waits or works.
import type { GitHubJob } from "../../job/job-spec.ts";
import type { JobState } from "../../job/job-state.ts";
import type { Place } from "../deps.ts";
import { assemble, fixed } from "./assemble.ts";
import { checklist, itemsOfState, stepName, type Item } from "./checklist.ts";
import { maxCommentChars } from "./fit.ts";
import { goalQuote, smallPrint } from "./frame.ts";
import { jobMarker } from "../../job/job-marker.ts";
import { counted, spentSoFar } from "./quantities.ts";
import type { Voice } from "./voice.ts";

/** `place` is the job's in the queue; undefined when it isn't known. */
export function progressComment(
  job: { spec: GitHubJob; state: JobState | undefined; place: Place | undefined },
  voice: Voice,
): string {
  const items = itemsOfState(job.spec, job.state);
  const body = assemble(
    [
      fixed(`### ${title(job.state, items, job.place)}`),
      fixed(goalQuote(job.spec, voice)),
      fixed(likelyStart(job.place)),
      fixed(checklist(items)),
      fixed(smallPrint(job.spec, undefined, voice, spentSoFar(job.state))),
    ],
    maxCommentChars,
  );
  return `${jobMarker(job.spec.job_id)}\n${voice.mask(body)}`;
}

function title(state: JobState | undefined, items: readonly Item[], place: Place | undefined): string {
  if (state?.phase === "preparing") return "🔄 Preparing the workspace";
  if (state?.phase === "running") {
    const at = items.findIndex((item) => item.status === "running" || item.status === "retryable");
    const item = items[at];
    return item ? `🔄 ${stepName(item.step_id)}, step ${at + 1} of ${items.length}` : "🔄 Working";
  }
  if (state?.phase === "finished") return "🔄 Publishing the result";
  if (place === undefined) return "🕓 In the queue";
  return place.ahead === 0 ? "🕓 Next in the queue" : `🕓 In the queue, ${counted(place.ahead, "job")} ahead`;
}

/** A time of day and not a time to wait: the comment isn't edited to count down. */
function likelyStart(place: Place | undefined): string {
  if (!place?.startsAt || place.ahead === 0) return "";
  const [day = "", time = ""] = place.startsAt.toISOString().split("T");
  return `Starts at about ${time.slice(0, 5)} UTC on ${day}, going by the last jobs.`;
}
