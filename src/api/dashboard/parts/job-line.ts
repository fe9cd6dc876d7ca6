// A job in a list: what was asked, where, by whom, and how it stands.
import { html } from "hono/html";
import type { JobRow } from "../../../artifacts/index/job-row.ts";
import { ago } from "../quantities.ts";
import type { Html } from "./layout.ts";
import { statusSign } from "./status.ts";

export function jobPath(jobId: string): string {
  return `/jobs/${encodeURIComponent(jobId)}`;
}

/** `acme/shop#7` */
export function placeText({ place, number }: Pick<JobRow, "place" | "number">): string {
  return `${place}${number === null ? "" : `#${number}`}`;
}

export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

const waits: Record<string, string> = {
  approval: "waits for an approval",
  patch: "its patch is held",
  choice: "two changes to choose from",
};

export function whyWaits({ waits_for: reason, error_message: message }: JobRow): string {
  const said = waits[reason ?? ""] ?? "waits for a person";
  return message === null ? said : `${said}: ${oneLine(message)}`;
}

function jobMeta(job: JobRow, nowMs: number): Html {
  const place = placeText(job);
  return html`<span class="meta"
    >${place === "" ? "" : html`${place}<span class="sep"></span>`}${job.person === null ? "" : html`@${job.person}<span class="sep"></span>`}${job.pipeline}<span
      class="sep"
    ></span
    >${ago(job.created_ms, nowMs)}</span
  >`;
}

/** `end` is what stands on the right, `more` below. */
export function jobLine(job: JobRow, nowMs: number, end: Html, more: Html | "" = ""): Html {
  return html`<li class="row">
    ${statusSign(job.status, true)}
    <div>
      <a class="goal" href="${jobPath(job.job_id)}" title="${oneLine(job.goal)}">${oneLine(job.goal)}</a>
      ${jobMeta(job, nowMs)}
    </div>
    <div class="end">${end}</div>
    ${more}
  </li>`;
}
