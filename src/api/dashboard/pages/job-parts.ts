// The other pages of a job: log, changes, steps, record.
import { html } from "hono/html";
import type { JobView } from "../job-files.ts";
import { at } from "../quantities.ts";
import { jobHead, type Tab } from "../parts/job-head.ts";
import { jobPath, oneLine } from "../parts/job-line.ts";
import { type Frame, type Html, layout } from "../parts/layout.ts";
import { type PatchLook, patchView, type ShownPatch } from "../parts/patch-view.ts";
import { report } from "../parts/report.ts";
import { statusSign } from "../parts/status.ts";
import { goingOn } from "./job-page.ts";

function partPage(frame: Frame, view: JobView, tab: Tab, part: Html, live?: string): Html {
  const title = oneLine(view.spec.goal).slice(0, 80);
  const body = html`${jobHead(frame, view, tab, undefined)}${part}`;
  return layout(frame, { title, at: "/jobs", body, ...(live !== undefined && { live }) });
}

export interface StepText {
  stepId: string;
  text: string;
}

export function logPage(frame: Frame, view: JobView, logs: readonly StepText[]): Html {
  const path = jobPath(view.spec.job_id);
  if (goingOn.has(view.status)) {
    const part = html`<h2>Log <span class="count live">live</span></h2>
      <div class="card log" data-log tabindex="0" role="log" aria-label="Log"></div>`;
    return partPage(frame, view, "/log", part, `${path}/live`);
  }
  const part =
    logs.length === 0
      ? html`<p class="soft">There is no log.</p>`
      : html`<div class="card log" tabindex="0" role="region" aria-label="Log">
            ${logs.map(
              ({ stepId, text }) =>
                html`<h3>${stepId}</h3>
                  <pre>${text}</pre>`,
            )}
          </div>
          <p>
            ${logs.map(
              ({ stepId }) =>
                html`<a href="${path}/files/steps/${stepId}/logs.txt">${stepId}/logs.txt</a
                  ><span class="sep"></span>`,
            )}
            <span class="soft">whole, as files</span>
          </p>`;
  return partPage(frame, view, "/log", part);
}

/** `name` of two changes; `why` is why a patch isn't shown. */
export interface Change {
  name: string;
  patch: ShownPatch | undefined;
  why?: string;
}

export function changesPage(frame: Frame, view: JobView, look: PatchLook, changes: readonly Change[]): Html {
  const path = jobPath(view.spec.job_id);
  const files = changes.flatMap(({ patch }) => patch?.files ?? []);
  const sum = (of: "added" | "removed"): number => files.reduce((all, file) => all + file[of], 0);
  const part =
    changes.length === 0
      ? html`<p class="soft">${goingOn.has(view.status) ? "No change yet." : "Nothing was changed."}</p>`
      : html`<p class="soft">
            ${files.length} ${files.length === 1 ? "file" : "files"}
            <span class="plus">+${sum("added")}</span> <span class="minus">−${sum("removed")}</span
            ><span class="sep"></span>${
              look === "split"
                ? html`<a href="${path}/changes">one column</a>`
                : html`<a href="${path}/changes?view=split">side by side</a>`
            }<span class="sep"></span><a href="${path}/files/patch.diff">patch.diff</a>
          </p>
          ${changes.map(
            ({ name, patch, why }) =>
              html`${name === "" ? "" : html`<h2>${name}</h2>`}${patch ? patchView(patch, look) : html`<div class="note warn"><p>${why ?? ""}</p></div>`}`,
          )}`;
  return partPage(frame, view, "/changes", part);
}

export interface StepParts {
  stepId: string;
  report: string | undefined;
  prompt: string | undefined;
  events: string | undefined;
}

export function stepsPage(frame: Frame, view: JobView, steps: readonly StepParts[]): Html {
  const part = html`${steps.map(({ stepId, report: text, prompt, events }) => {
    const step = view.spec.steps.find(({ step_id: id }) => id === stepId);
    const ended = view.result?.steps.find(({ step_id: id }) => id === stepId);
    return html`<section aria-label="${stepId}">
      <h2>
        ${stepId}
        <span class="count"
          >${step?.agent ?? ""},
          ${step?.role ?? ""}${step?.model === undefined ? "" : `, ${step.model}`}</span
        >
        ${ended ? statusSign(ended.status) : ""}
      </h2>
      <div class="card">
        ${ended?.error ? html`<div class="pad"><strong>${ended.error.code}</strong> ${ended.error.message}</div>` : ""}
        ${
          text === undefined
            ? ""
            : html`<details>
                <summary>Report</summary>
                <div class="prose">${report(text)}</div>
              </details>`
        }
        ${
          prompt === undefined
            ? ""
            : html`<details>
                <summary>Prompt</summary>
                <pre tabindex="0">${prompt}</pre>
              </details>`
        }
        ${
          events === undefined
            ? ""
            : html`<details>
                <summary>Events</summary>
                <pre tabindex="0">${events}</pre>
              </details>`
        }
        ${(text ?? prompt ?? events ?? ended?.error) ? "" : html`<div class="empty">Nothing yet.</div>`}
      </div>
    </section>`;
  })}`;
  return partPage(frame, view, "/steps", part);
}

/** One line of the audit log. */
export interface AuditLine {
  time: string;
  kind: string;
  fields: Record<string, unknown>;
}

export function recordPage(frame: Frame, view: JobView, trail: readonly AuditLine[]): Html {
  const part = html`<h2>Audit trail</h2>
    <div class="card scroll" tabindex="0" role="region" aria-label="Audit trail">
      ${
        trail.length === 0
          ? html`<div class="empty">Nothing is recorded about this job on this machine.</div>`
          : html`<table class="list">
              <thead>
                <tr>
                  <th>Time</th>
                  <th>What</th>
                  <th>Facts</th>
                </tr>
              </thead>
              <tbody>
                ${trail.map(
                  ({ time, kind, fields }) =>
                    html`<tr>
                      <td class="soft">${at(Date.parse(time))}</td>
                      <td>${kind.replaceAll("_", " ")}</td>
                      <td class="goal mono">${factsOf(fields)}</td>
                    </tr>`,
                )}
              </tbody>
            </table>`
      }
    </div>
    <h2>What was asked</h2>
    <div class="card">
      <details>
        <summary>job.json</summary>
        <pre tabindex="0">${JSON.stringify(view.spec, null, 2)}</pre>
      </details>
      ${
        view.result
          ? html`<details>
              <summary>result.json</summary>
              <pre tabindex="0">${JSON.stringify(view.result, null, 2)}</pre>
            </details>`
          : ""
      }
      ${
        view.publication
          ? html`<details>
              <summary>publication.json</summary>
              <pre tabindex="0">${JSON.stringify(view.publication, null, 2)}</pre>
            </details>`
          : ""
      }
    </div>`;
  return partPage(frame, view, "/record", part);
}

function factsOf(fields: Record<string, unknown>): string {
  return Object.entries(fields)
    .filter(([name, value]) => name !== "job_id" && value !== null)
    .map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" · ")
    .slice(0, 600);
}
