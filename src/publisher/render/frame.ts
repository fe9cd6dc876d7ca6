// What a job's comments have in common: notes, the small print below, the end of a log.
import type { GitHubJob } from "../../job/job-spec.ts";
import type { JobResult } from "../../job/result.ts";
import { fenced, readable, whole } from "./fence.ts";
import { plainLine } from "./plain.ts";
import { duration, spending } from "./quantities.ts";
import type { Voice } from "./voice.ts";

/** https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#alerts */
function alert(kind: "NOTE" | "WARNING" | "IMPORTANT", lines: readonly string[]): string {
  return [`[!${kind}]`, ...lines].map((line) => `> ${line}`).join("\n");
}

/** Says that no real agent worked, when that is so; empty otherwise. */
export function simulatedNote(result: JobResult): string {
  const simulated = result.steps.filter((step) => step.simulated);
  if (simulated.length === 0) return "";
  const which =
    simulated.length === result.steps.length
      ? "No real agent worked on this"
      : `No real agent worked on ${simulated.map((step) => step.step_id).join(", ")}`;
  return alert("NOTE", [
    `**Simulated.** ${which}: Patchbay's built-in agent stood in and made a small, predictable change.`,
  ]);
}

/** What went otherwise than asked; empty when nothing did. */
export function warningsNote(result: JobResult, voice: Voice): string {
  const all = [...new Set([...result.warnings, ...result.steps.flatMap((step) => step.warnings)])];
  if (all.length === 0) return "";
  const shown = all.slice(0, 8).map((text) => `- ${plainLine(voice.mask(text), 300)}`);
  const more = all.length > shown.length ? [`- and ${all.length - shown.length} more in the log`] : [];
  return alert("WARNING", [...shown, ...more]);
}

const maxShownThreads = 10;

/** The request in the requester's words, as a quotation of one line, and the review threads that it is about. */
export function goalQuote(spec: GitHubJob, voice: Voice): string {
  const goal = `> ${plainLine(voice.mask(spec.goal), 280)}`;
  const { threads = [] } = spec.target;
  if (threads.length === 0) return goal;
  const links = threads.slice(0, maxShownThreads).map(({ comment_id: id, path, line }) => {
    const place = line === undefined ? path : `${path}:${line}`;
    return `[${plainLine(voice.mask(place), 80)}](#discussion_r${id})`;
  });
  const more = threads.length - links.length;
  return `${goal}\n>\n> ${links.join(" · ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** The small print: which job, who asked, how long, how much. */
export function smallPrint(spec: GitHubJob, result: JobResult | undefined, voice: Voice, soFar = ""): string {
  const url = voice.jobUrl(spec.job_id);
  const job = url === undefined ? `job \`${spec.job_id}\`` : `[job ${spec.job_id.slice(-8)}](${url})`;
  const parts = [job, `${spec.pipeline} pipeline`.replaceAll(/[^\w -]/g, ""), `asked by ${asker(spec)}`];
  if (soFar !== "") parts.push(soFar);
  if (result) parts.push(duration(result.metrics.duration_ms), spending(result));
  return `<sub>${parts.join(" · ")}</sub>`;
}

/** The requester's name, without notifying: they are part of the conversation already. */
function asker(spec: GitHubJob): string {
  return plainLine(spec.requested_by.login, 60) || "somebody";
}

/** The last lines of a log, folded; empty when there is no log or no room. */
export function logEnd(log: string | undefined, maxChars: number, voice: Voice): string {
  const text = readable(voice.mask(log ?? "")).trimEnd();
  if (text === "") return "";
  for (let room = maxChars - 200; room > 200; room = Math.floor(room * 0.7)) {
    const lines = text.slice(-room).split("\n");
    if (room < text.length && lines.length > 1) lines.shift();
    const end = whole(lines.slice(-60).join("\n").toWellFormed());
    const defanged = end.replaceAll(/<!--\s*patchbay\s*:/gi, "<!-- not-patchbay:");
    const block = `<details>\n<summary>End of the log</summary>\n\n${fenced(defanged, "text")}\n\n</details>`;
    if (block.length <= maxChars) return block;
  }
  return "";
}
