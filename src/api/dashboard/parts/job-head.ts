// The top of each page of a job.
import { html } from "hono/html";
import type { JobView } from "../job-files.ts";
import { ago } from "../quantities.ts";
import { actionForms, actionsFor } from "./action-forms.ts";
import { jobPath, oneLine } from "./job-line.ts";
import type { Frame, Html } from "./layout.ts";
import { statusSign } from "./status.ts";

const tabs = [
  ["", "Overview"],
  ["/log", "Log"],
  ["/changes", "Changes"],
  ["/steps", "Steps"],
  ["/record", "Record"],
] as const;
export type Tab = (typeof tabs)[number][0];

/** What the last press of a button led to. */
const said: Record<string, string> = {
  cancel: "Asked for its end.",
  retry: "Asked for another try.",
  approve: "Approved.",
  apply: "Asked for its patch to be published.",
  discard: "Asked for what is held to be dropped.",
};

export function jobHead(frame: Frame, view: JobView, tab: Tab, asked: string | undefined): Html {
  const { spec } = view;
  const path = jobPath(spec.job_id);
  return html`${headLine(frame, view)}
    <nav class="tabs" aria-label="Parts of the job">
      ${tabs.map(
        ([end, name]) =>
          html`<a href="${path}${end}" ${end === tab ? html`aria-current="page"` : ""}>${name}</a>`,
      )}
    </nav>
    ${
      asked !== undefined && Object.hasOwn(said, asked)
        ? html`<div class="note" role="status">
            <p>${said[asked]}${spec.repository ? " What comes of it is told on GitHub, and here." : ""}</p>
          </div>`
        : ""
    }`;
}

function headLine(frame: Frame, view: JobView): Html {
  const { spec, status, held, result } = view;
  const { repository, target, project_id: project } = spec;
  const place = repository ? `${repository.owner}/${repository.name}` : (project ?? "this machine");
  const canApply =
    !repository && spec.source.type === "api" && status === "success" && Boolean(result?.patch);
  return html`<div class="head">
    <div>
      <div class="crumbs">
        <a href="/jobs?repository=${encodeURIComponent(place)}">${place}</a
        >${target ? html`<span class="sep"></span>${targetLink(view)}` : ""}<span class="sep"></span
        ><span class="mono" title="${spec.job_id}">${spec.job_id.slice(-8)}</span>
      </div>
      <h1>${oneLine(spec.goal).slice(0, 300)}</h1>
      <span id="state">${statusSign(status)}</span><span class="sep"></span
      ><span class="soft"
        >${spec.requested_by ? `@${spec.requested_by.login} asked ` : "asked "}${ago(Date.parse(spec.created_at), frame.nowMs)}</span
      >
    </div>
    ${actionForms(frame, spec.job_id, actionsFor(status, held, canApply))}
  </div>`;
}

function targetLink({ spec: { repository, target } }: JobView): Html {
  if (!repository || !target) return html``;
  const kind = target.kind === "issue" ? "issues" : "pull";
  const scheme = /^(?:127\.0\.0\.1|localhost)(?::|$)/.test(repository.host) ? "http" : "https";
  const url = `${scheme}://${repository.host}/${repository.owner}/${repository.name}/${kind}/${target.number}`;
  return html`<a href="${url}" rel="noopener noreferrer"
    >#${target.number} ${oneLine(target.title).slice(0, 80)}</a
  >`;
}
