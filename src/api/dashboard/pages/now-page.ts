// Now: what runs, what waits and why, what needs a person, what has just ended.
import { html } from "hono/html";
import type { JobsNow } from "../../../artifacts/index/jobs-now.ts";
import type { JobRow } from "../../../artifacts/index/job-row.ts";
import { actionForms, actionsFor } from "../parts/action-forms.ts";
import { jobLine, jobPath, oneLine, whyWaits } from "../parts/job-line.ts";
import { type Frame, type Html, layout } from "../parts/layout.ts";
import { ago, count, duration, money, since } from "../quantities.ts";

/** Why a job waits, and when it is probably its turn. */
export interface Waiting {
  ahead: number | undefined;
  startsAt: Date | undefined;
  /** It is tried again, not before this time. */
  notBefore: Date | undefined;
}

export interface NowFacts {
  now: JobsNow;
  waiting: ReadonlyMap<string, Waiting>;
}

export function nowPage(frame: Frame, facts: NowFacts): Html {
  const body = html`<h1 class="hidden">Now</h1>
    <div id="now">${nowPart(frame, facts)}</div>`;
  return layout(frame, { title: "Now", at: "/", body, live: "/live" });
}

export function nowPart(frame: Frame, { now, waiting }: NowFacts): Html {
  const { nowMs } = frame;
  const spent = now.running.reduce((sum, { cost_usd: cost }) => sum + (cost ?? 0), 0);
  return html`<dl class="tiles">
      <div>
        <dt>Running</dt>
        <dd>${now.running.length}</dd>
      </div>
      <div>
        <dt>Waiting</dt>
        <dd>${count(now.waitingTotal)}</dd>
      </div>
      <div>
        <dt>Needs a person</dt>
        <dd>${now.needsPerson.length}</dd>
      </div>
      <div>
        <dt>Cost of what runs</dt>
        <dd>${money(spent)}</dd>
      </div>
    </dl>
    ${
      now.needsPerson.length > 0
        ? list("Needs a person", now.needsPerson.length, now.needsPerson, (job) =>
            jobLine(job, nowMs, html`${whyShort(job)}`, needs(frame, job)),
          )
        : ""
    }
    ${list("Running", now.running.length, now.running, (job) => jobLine(job, nowMs, runningEnd(job, nowMs)), "Nothing runs.")}
    ${list("Waiting", now.waitingTotal, now.waiting, (job) => jobLine(job, nowMs, waitingEnd(waiting.get(job.job_id))), "Nothing waits.")}
    ${list("Ended", undefined, now.ended, (job) => jobLine(job, nowMs, endedEnd(job, nowMs)), "Nothing has ended yet. A job begins with a comment on GitHub.")}`;
}

function list(
  title: string,
  total: number | undefined,
  jobs: readonly JobRow[],
  line: (job: JobRow) => Html,
  empty = "",
): Html {
  const rest = (total ?? jobs.length) - jobs.length;
  return html`<section aria-label="${title}">
    <h2>
      ${title}
      ${title === "Ended" ? html`<a class="count" href="/jobs">all jobs</a>` : html`<span class="count">${count(total ?? 0)}</span>`}
    </h2>
    <div class="card">
      ${
        jobs.length === 0
          ? html`<div class="empty">${empty}</div>`
          : html`<ul class="rows">
              ${jobs.map(line)}
            </ul>`
      }
      ${rest > 0 ? html`<div class="empty">and <a href="/jobs?status=queued&order=oldest">${count(rest)} more</a></div>` : ""}
    </div>
  </section>`;
}

function runningEnd(job: JobRow, nowMs: number): Html {
  const step = job.step_id ?? (job.status === "preparing" ? "preparing" : "");
  return html`<strong>${step}</strong><br />
    ${job.steps_done} of
    ${job.steps_total}${job.started_ms === null ? "" : html`<span class="sep"></span>${since(job.started_ms, nowMs)}`}<span
      class="sep"
    ></span
    >${money(job.cost_usd)}`;
}

function waitingEnd(place: Waiting | undefined): Html {
  if (place?.notBefore) return html`<strong>tried again</strong><br />not before ${clock(place.notBefore)}`;
  const ahead = place?.ahead;
  const words = ahead === undefined ? "waits" : ahead === 0 ? "next" : `${count(ahead)} ahead`;
  return html`<strong>${words}</strong
    ><br />${place?.startsAt ? html`starts about ${clock(place.startsAt)}` : ""}`;
}

function clock(time: Date): string {
  return `${time.toISOString().slice(11, 16)} UTC`;
}

function endedEnd(job: JobRow, nowMs: number): Html {
  const said =
    job.status === "success"
      ? job.change_status === "no_changes"
        ? "no change"
        : ""
      : (job.error_code ?? "");
  return html`${job.finished_ms === null ? "" : ago(job.finished_ms, nowMs)}<br />
    ${said === "" ? "" : html`${said}<span class="sep"></span>`}${duration(job.duration_ms)}<span
      class="sep"
    ></span
    >${money(job.cost_usd)}`;
}

function whyShort(job: JobRow): Html {
  const words: Record<string, string> = { approval: "approval", patch: "held patch", choice: "two changes" };
  return html`<strong>${words[job.waits_for ?? ""] ?? "a person"}</strong>`;
}

/** Which patch is meant has to be seen first: for a held one the button leads to it. */
function needs(frame: Frame, job: JobRow): Html {
  const buttons =
    job.waits_for === "approval"
      ? actionForms(frame, job.job_id, actionsFor("needs_human", []))
      : html`<div class="actions">
          <a class="button main" href="${jobPath(job.job_id)}/changes">Look at it</a>
        </div>`;
  return html`<div class="more">
    <span class="soft">${oneLine(whyWaits(job)).slice(0, 240)}</span>${buttons}
  </div>`;
}
