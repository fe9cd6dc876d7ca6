// Insight: how many, how well, how long, how dear; over time and side by side.
import { html } from "hono/html";
import type { AgentGroup, Day, Group } from "../../../artifacts/index/insight.ts";
import type { KnownNames } from "../../../artifacts/index/known-names.ts";
import { bars, curve, shareBar } from "../parts/charts.ts";
import { type Frame, type Html, layout } from "../parts/layout.ts";
import { count, duration, money } from "../quantities.ts";

export interface InsightFacts {
  fromDay: number;
  toDay: number;
  days: Day[];
  repositories: Group[];
  pipelines: Group[];
  agents: AgentGroup[];
}

const spans = ["7", "30", "90"];

export function insightPage(
  frame: Frame,
  query: Record<string, string>,
  names: KnownNames,
  facts: InsightFacts,
): Html {
  const { days, fromDay, toDay } = facts;
  const sum = (of: "success" | "failed" | "cancelled" | "cost_usd"): number =>
    days.reduce((all, day) => all + day[of], 0);
  const judged = sum("success") + sum("failed");
  const span = String(toDay - fromDay + 1);
  const range = { fromDay, toDay };
  const by = (of: "success" | "failed" | "cancelled" | "cost_usd"): Map<number, number> =>
    new Map(days.map((day) => [day.day, day[of]]));
  const medians = new Map(
    days.flatMap(({ day, median_ms: ms }) => (ms === null ? [] : [[day, ms / 60_000] as const])),
  );
  const body = html`<h1>Insight</h1>
    <form class="filters" method="get" action="/insight">
      ${select("days", "Time", spans, span, (value) => `last ${value} days`)}
      ${select("repository", "Repository", ["", ...names.repositories], query["repository"] ?? "", (value) => value || "all repositories")}
      ${select("pipeline", "Pipeline", ["", ...names.pipelines], query["pipeline"] ?? "", (value) => value || "all pipelines")}
      <button>Show</button>
    </form>
    <dl class="tiles">
      <div>
        <dt>Jobs ended</dt>
        <dd>${count(judged + sum("cancelled"))}</dd>
      </div>
      <div>
        <dt>Success</dt>
        <dd>
          ${judged === 0 ? "–" : `${Math.round((sum("success") / judged) * 100)} %`}
          <small>of ${count(judged)}</small>
        </dd>
      </div>
      <div>
        <dt>Cost</dt>
        <dd>${money(sum("cost_usd"))}</dd>
      </div>
      <div>
        <dt>Cost of a job</dt>
        <dd>${judged === 0 ? "–" : money(sum("cost_usd") / judged)}</dd>
      </div>
    </dl>
    <div class="half">
      ${figure(
        "Jobs by day",
        html`<span class="good">done</span><span class="bad">failed</span
          ><span class="grey">cancelled</span>`,
        bars(
          {
            ...range,
            label: "Jobs by day",
            format: (value) => (Number.isInteger(value) ? count(value) : ""),
          },
          [
            { kind: "good", values: by("success") },
            { kind: "bad", values: by("failed") },
            { kind: "grey", values: by("cancelled") },
          ],
        ),
      )}
      ${figure(
        "Cost by day",
        html``,
        bars({ ...range, label: "Cost by day", format: (value) => `$${value}` }, [
          { kind: "accent", values: by("cost_usd") },
        ]),
      )}
      ${figure(
        "Success by day",
        html``,
        curve(
          { ...range, label: "Share of jobs that succeeded, by day", format: (value) => `${value} %` },
          new Map(
            days.flatMap(({ day, success, failed }) =>
              success + failed === 0 ? [] : [[day, (success / (success + failed)) * 100] as const],
            ),
          ),
        ),
      )}
      ${figure(
        "Median duration by day",
        html``,
        curve(
          {
            ...range,
            label: "Median duration of a job in minutes, by day",
            format: (value) => `${value} min`,
          },
          medians,
        ),
      )}
    </div>
    ${agentTable(facts.agents)} ${groupTable("Repositories", facts.repositories)}
    ${groupTable("Pipelines", facts.pipelines)}`;
  return layout(frame, { title: "Insight", at: "/insight", body });
}

function select(
  name: string,
  label: string,
  values: readonly string[],
  chosen: string,
  word: (value: string) => string,
): Html {
  const all = values.includes(chosen) ? values : [...values, chosen];
  return html`<label
    ><span class="hidden">${label}</span
    ><select name="${name}" data-submit>
      ${all.map(
        (value) =>
          html`<option value="${value}" ${value === chosen ? html`selected` : ""}>${word(value)}</option>`,
      )}
    </select></label
  >`;
}

function figure(title: string, legend: Html, chart: Html): Html {
  return html`<section aria-label="${title}">
    <h2>${title} <span class="legend">${legend}</span></h2>
    <div class="card pad">${chart}</div>
  </section>`;
}

function groupTable(title: string, groups: readonly Group[]): Html {
  if (groups.length === 0) return html``;
  return html`<h2>${title}</h2>
    <div class="card scroll" tabindex="0" role="region" aria-label="${title}">
      <table class="list">
        <thead>
          <tr>
            <th>Name</th>
            <th class="num">Jobs</th>
            <th>Success</th>
            <th class="num">Median</th>
            <th class="num">9 of 10 within</th>
            <th class="num">Cost</th>
            <th class="num">A job</th>
          </tr>
        </thead>
        <tbody>
          ${groups.map(
            (group) =>
              html`<tr>
                <td>${group.name === "" ? "this machine" : group.name}</td>
                <td class="num">${count(group.jobs)}</td>
                <td>${shareBar(group.success, group.success + group.failed)}</td>
                <td class="num">${duration(group.median_ms)}</td>
                <td class="num">${duration(group.slow_ms)}</td>
                <td class="num">${group.priced === 0 ? "–" : money(group.cost_usd)}</td>
                <td class="num">${group.priced === 0 ? "–" : money(group.cost_usd / group.priced)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

function agentTable(agents: readonly AgentGroup[]): Html {
  if (agents.length === 0) return html``;
  return html`<h2>Agents side by side <span class="count">by their steps</span></h2>
    <div class="card scroll" tabindex="0" role="region" aria-label="Agents">
      <table class="list">
        <thead>
          <tr>
            <th>Agent</th>
            <th class="num">Steps</th>
            <th>Success</th>
            <th class="num">Tries a step</th>
            <th class="num">Median</th>
            <th class="num">9 of 10 within</th>
            <th class="num">Tokens in</th>
            <th class="num">Tokens out</th>
            <th class="num">Cost</th>
            <th class="num">A step</th>
          </tr>
        </thead>
        <tbody>
          ${agents.map(
            (agent) =>
              html`<tr>
                <td>
                  ${agent.name}${agent.simulated > 0 ? html` <span class="soft">${agent.simulated === agent.jobs ? "simulated" : `${count(agent.simulated)} simulated`}</span>` : ""}
                </td>
                <td class="num">${count(agent.jobs)}</td>
                <td>${shareBar(agent.success, agent.success + agent.failed)}</td>
                <td class="num">${(agent.attempts / Math.max(1, agent.jobs)).toFixed(2)}</td>
                <td class="num">${duration(agent.median_ms)}</td>
                <td class="num">${duration(agent.slow_ms)}</td>
                <td class="num">${count(agent.tokens_in)}</td>
                <td class="num">${count(agent.tokens_out)}</td>
                <td class="num">${agent.priced === 0 ? "–" : money(agent.cost_usd)}</td>
                <td class="num">${agent.priced === 0 ? "–" : money(agent.cost_usd / agent.priced)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}
