// A job at a glance: its steps over time, what came of it, what it cost.
import { html } from "hono/html";
import { GateDetails } from "../../../job/finding.ts";
import type { JobView } from "../job-files.ts";
import { at, count, duration, money } from "../quantities.ts";
import { jobHead } from "../parts/job-head.ts";
import { jobPath, oneLine } from "../parts/job-line.ts";
import { type Frame, type Html, layout } from "../parts/layout.ts";
import { report } from "../parts/report.ts";
import { timeline } from "../parts/timeline.ts";
import { visible } from "../parts/patch-view.ts";

export const goingOn = new Set(["queued", "preparing", "running", "retryable"]);

export function jobPage(
  frame: Frame,
  view: JobView,
  { text, asked }: { text: string | undefined; asked: string | undefined },
): Html {
  const { spec, status } = view;
  const isLive = goingOn.has(status);
  const body = html`${jobHead(frame, view, "", asked)}
    <div class="two">
      <div>
        <div id="steps">${stepsPart(view, frame.nowMs)}</div>
        ${
          isLive
            ? html`<h2>Log <span class="count live">live</span></h2>
                <div class="card log" data-log tabindex="0" role="log" aria-label="Log"></div>`
            : html`${outcome(view)}
              ${
                text === undefined
                  ? ""
                  : html`<h2>Report</h2>
                      <div class="card pad prose">${report(text)}</div>`
              }`
        }
      </div>
      <aside aria-label="Facts">${facts(view)}</aside>
    </div>`;
  const live = `${jobPath(spec.job_id)}/live`;
  return layout(frame, {
    title: oneLine(spec.goal).slice(0, 80),
    at: "/jobs",
    body,
    ...(isLive && { live }),
  });
}

export function stepsPart({ spec, state, result }: JobView, nowMs: number): Html {
  return timeline(spec, state, result, nowMs);
}

function outcome({ spec, result, status, held }: JobView): Html {
  if (!result) return html``;
  const { error } = result;
  const warnings = [...new Set([...result.warnings, ...result.steps.flatMap((step) => step.warnings)])];
  const findings = held.flatMap(({ details }) => details.findings);
  const others = findings.length === 0 ? GateDetails.safeParse(error?.details).data?.findings : undefined;
  return html`${
    error
      ? html`<div class="note ${status === "needs_human" ? "warn" : "bad"}">
          <p><strong>${error.code}</strong> ${error.message}</p>
          ${[...findings, ...(others ?? [])]
            .slice(0, 20)
            .map(
              (finding) =>
                html`<p class="mono">${finding.rule}${finding.path ? ` · ${visible(finding.path)}` : ""}</p>`,
            )}
          ${held.length > 0 ? html`<p><a href="${jobPath(spec.job_id)}/changes">Look at the patch</a></p>` : ""}
        </div>`
      : result.summary === ""
        ? ""
        : html`<div class="note"><p>${oneLine(result.summary).slice(0, 600)}</p></div>`
  }
  ${
    warnings.length === 0
      ? ""
      : html`<div class="note warn">
          ${warnings.slice(0, 12).map((text) => html`<p>${oneLine(text).slice(0, 400)}</p>`)}
        </div>`
  }`;
}

function facts({ spec, result, publication, state }: JobView): Html {
  const { metrics } = result ?? {};
  const cost = metrics ? metrics.cost_usd : state?.steps.reduce((sum, step) => sum + (step.cost_usd ?? 0), 0);
  const rows: [string, Html | string | undefined][] = [
    [
      "Pull request",
      publication?.pull_request
        ? outside(publication.pull_request.url, `#${publication.pull_request.number}`)
        : undefined,
    ],
    [
      "Branch",
      publication?.branch ? html`<span class="mono">${visible(publication.branch.name)}</span>` : undefined,
    ],
    ["Comment", publication?.comment ? outside(publication.comment.url, "on GitHub") : undefined],
    [
      "Review",
      publication?.review ? outside(publication.review.url, `on #${publication.review.number}`) : undefined,
    ],
    ["Took", metrics ? duration(metrics.duration_ms) : undefined],
    ["Cost", money(cost)],
    [
      "Tokens",
      metrics && metrics.tokens_in !== null
        ? `${count(metrics.tokens_in)} in, ${count(metrics.tokens_out ?? 0)} out`
        : undefined,
    ],
    ["Pipeline", spec.pipeline],
    [
      "Base",
      spec.base
        ? html`${visible(spec.base.ref)} <span class="mono">${spec.base.sha.slice(0, 10)}</span>`
        : undefined,
    ],
    ["Permission", spec.requested_by?.permission],
    ["Source", spec.source.type],
    ["Asked", at(Date.parse(spec.created_at))],
    ["Ended", result?.finished_at ? at(Date.parse(result.finished_at)) : undefined],
    [
      "Change",
      result?.patch ? `${result.patch.files} ${result.patch.files === 1 ? "file" : "files"}` : undefined,
    ],
    ["Tags", spec.tags.length > 0 ? spec.tags.join(", ") : undefined],
    [
      "Earlier job",
      spec.follows
        ? html`<a class="mono" href="${jobPath(spec.follows)}">${spec.follows.slice(-8)}</a>`
        : undefined,
    ],
  ];
  return html`<div class="card pad">
    <dl class="facts">
      ${rows.map(([name, value]) =>
        value === undefined
          ? ""
          : html`<dt>${name}</dt>
              <dd>${value}</dd>`,
      )}
    </dl>
  </div>`;
}

/** Addresses come from GitHub's answers; anything but the web is shown and leads nowhere. */
function outside(url: string, words: string): Html {
  if (!/^https?:\/\//i.test(url)) return html`${words}`;
  return html`<a href="${url}" rel="noopener noreferrer">${words}</a>`;
}
