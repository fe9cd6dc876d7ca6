// Jobs: search and filter; the address holds what is looked for.
import { html } from "hono/html";
import { type JobFilter, maxCounted } from "../../../artifacts/index/find-jobs.ts";
import type { JobRow } from "../../../artifacts/index/job-row.ts";
import type { KnownNames } from "../../../artifacts/index/known-names.ts";
import { jobPath, oneLine, placeText } from "../parts/job-line.ts";
import { type Frame, type Html, layout } from "../parts/layout.ts";
import { statusSign, statusWord } from "../parts/status.ts";
import { ago, count, duration, money } from "../quantities.ts";

export interface FoundJobs {
  jobs: JobRow[];
  next: string | undefined;
  total: number;
}

/** The words of the address, as they were written. */
export type JobsQuery = Record<string, string>;

const states = ["open", "queued", "running", "needs_human", "success", "failed", "timeout", "cancelled"];
const orders = [
  ["newest", "newest first"],
  ["oldest", "oldest first"],
  ["cost", "dearest first"],
  ["duration", "longest first"],
] as const;
const times = [
  ["", "any time"],
  ["1", "last day"],
  ["7", "last 7 days"],
  ["30", "last 30 days"],
] as const;

export function jobsPage(
  frame: Frame,
  query: JobsQuery,
  filter: JobFilter,
  names: KnownNames,
  found: FoundJobs,
): Html {
  const { jobs, next, total } = found;
  const shown = total >= maxCounted ? `more than ${count(maxCounted)}` : count(total);
  const body = html`<h1>Jobs <span class="soft">${shown}</span></h1>
    <form class="filters" method="get" action="/jobs" role="search">
      <label class="words"
        ><span class="hidden">Words of goal, report, repository or person</span
        ><input
          class="words"
          type="search"
          name="q"
          value="${query["q"] ?? ""}"
          placeholder="Words of goal, report, repository, person; or an id"
      /></label>
      ${choice("repository", "any repository", names.repositories, query)}
      ${choice("status", "any state", states, query, (state) => (state === "open" ? "not ended" : statusWord(state)))}
      ${choice("pipeline", "any pipeline", names.pipelines, query)}
      ${choice("agent", "any agent", names.agents, query)}
      <label
        ><span class="hidden">Person</span
        ><input name="person" size="10" value="${query["person"] ?? ""}" placeholder="person"
      /></label>
      <label
        ><span class="hidden">Cost at least, in dollars</span
        ><input name="cost" size="6" inputmode="decimal" value="${query["cost"] ?? ""}" placeholder="$ from"
      /></label>
      ${pairs("days", "Time", times, query)} ${pairs("order", "Order", orders, query)}
      <button class="main">Search</button>
      ${Object.keys(query).length > 0 ? html`<a class="button" href="/jobs">Clear</a>` : ""}
    </form>
    <div class="card scroll" tabindex="0" role="region" aria-label="Jobs">
      ${jobs.length === 0 ? html`<div class="empty">No job is like that.</div>` : table(jobs, frame.nowMs)}
    </div>
    <div class="pager">
      ${filter.cursor === undefined ? "" : html`<a class="button" href="${address(query, undefined)}">First page</a>`}
      ${next === undefined ? "" : html`<a class="button" rel="next" href="${address(query, next)}">Next page</a>`}
    </div>`;
  return layout(frame, { title: "Jobs", at: "/jobs", body });
}

function address(query: JobsQuery, cursor: string | undefined): string {
  const { cursor: _before, ...rest } = query;
  const words = new URLSearchParams({ ...rest, ...(cursor !== undefined && { cursor }) });
  return `/jobs?${words.toString()}`;
}

function choice(
  name: string,
  any: string,
  values: readonly string[],
  query: JobsQuery,
  word: (value: string) => string = (value) => value,
): Html {
  const chosen = query[name] ?? "";
  // What the address asks for stays, also when no job has it.
  const all = chosen === "" || values.includes(chosen) ? values : [chosen, ...values];
  return pairs(name, any, [["", any], ...all.map((value) => [value, word(value)] as const)], query);
}

function pairs(
  name: string,
  label: string,
  values: readonly (readonly [string, string])[],
  query: JobsQuery,
): Html {
  return html`<label
    ><span class="hidden">${label}</span
    ><select name="${name}" data-submit>
      ${values.map(
        ([value, word]) =>
          html`<option value="${value}" ${value === (query[name] ?? "") ? html`selected` : ""}>
            ${word}
          </option>`,
      )}
    </select></label
  >`;
}

function table(jobs: readonly JobRow[], nowMs: number): Html {
  return html`<table class="list stack">
    <thead>
      <tr>
        <th>State</th>
        <th>Goal</th>
        <th>Person</th>
        <th>Pipeline</th>
        <th class="num">Took</th>
        <th class="num">Cost</th>
        <th class="num">Asked</th>
      </tr>
    </thead>
    <tbody>
      ${jobs.map(
        (job) =>
          html`<tr>
            <td>${statusSign(job.status)}</td>
            <td class="goal">
              <a href="${jobPath(job.job_id)}">${oneLine(job.goal).slice(0, 160)}</a
              ><span class="meta"
                >${placeText(job)}${job.error_code === null ? "" : html`<span class="sep"></span>${job.error_code}`}</span
              >
            </td>
            <td>${job.person === null ? "" : `@${job.person}`}</td>
            <td>${job.pipeline}</td>
            <td class="num">${duration(job.duration_ms)}</td>
            <td class="num">${money(job.cost_usd)}</td>
            <td class="num soft">${ago(job.created_ms, nowMs)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
