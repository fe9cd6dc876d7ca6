// Health: the queues, the agents, the sandbox, the disk, and what the doctor says. For the operator.
import { html } from "hono/html";
import { type Frame, type Html, layout } from "../parts/layout.ts";
import { statusSign } from "../parts/status.ts";
import { bytes, count } from "../quantities.ts";

export interface HealthFacts {
  queues: { name: string; counts: Record<string, number> }[];
  agents: {
    agent: string;
    ok: boolean;
    version: string | undefined;
    simulated: boolean;
    problem: string | undefined;
  }[];
  disks: { name: string; path: string; freeBytes: number; totalBytes: number }[];
  /** GitHub's own limit for each installation that is known. */
  limits: { name: string; remaining: number; limit: number; resetsAt: Date }[];
  findings: { name: string; level: "ok" | "note" | "missing"; found: string; remedy?: string | undefined }[];
}

const columns = ["pending", "running", "awaiting_approval", "done", "failed", "cancelled"];

export function healthPage(frame: Frame, facts: HealthFacts): Html {
  const bad = facts.findings.filter(({ level }) => level === "missing").length;
  const body = html`<h1>Health</h1>
    <p class="state is-${bad === 0 ? "success" : "failed"}">
      ${statusSign(bad === 0 ? "success" : "failed", true)}
      ${bad === 0 ? "Everything that is needed is there." : `${bad} of the things that are needed ${bad === 1 ? "is" : "are"} missing.`}
    </p>
    <h2>Queues</h2>
    <div class="card scroll" tabindex="0" role="region" aria-label="Queues">
      <table class="list">
        <thead>
          <tr>
            <th>Queue</th>
            ${columns.map((name) => html`<th class="num">${name.replaceAll("_", " ")}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${facts.queues.map(
            ({ name, counts }) =>
              html`<tr>
                <td>${name}</td>
                ${columns.map((state) => html`<td class="num">${count(counts[state] ?? 0)}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <div class="half">
      <section aria-label="Agents">
        <h2>Agents</h2>
        <div class="card">
          <ul class="rows">
            ${facts.agents.map(({ agent, ok, version, simulated, problem }) =>
              line(ok, agent, problem ?? (simulated ? "simulated" : ""), version ?? ""),
            )}
          </ul>
        </div>
      </section>
      <section aria-label="Disks and limits">
        <h2>Disk and GitHub's limit</h2>
        <div class="card">
          <ul class="rows">
            ${facts.disks.map(({ name, path, freeBytes, totalBytes }) =>
              line(
                freeBytes > totalBytes * 0.05,
                name,
                path,
                `${bytes(freeBytes)} free of ${bytes(totalBytes)}`,
              ),
            )}
            ${facts.limits.map(({ name, remaining, limit, resetsAt }) =>
              line(
                remaining > limit * 0.05,
                name,
                `full again at ${resetsAt.toISOString().slice(11, 16)} UTC`,
                `${count(remaining)} of ${count(limit)} calls left`,
              ),
            )}
          </ul>
        </div>
      </section>
    </div>
    <h2>Doctor <span class="count">looked at most a minute ago</span></h2>
    <div class="card">
      <ul class="rows">
        ${facts.findings.map(
          ({ name, level, found, remedy }) =>
            html`<li class="row">
              ${statusSign(level === "ok" ? "success" : level === "note" ? "needs_human" : "failed", true)}
              <div>
                <span class="goal">${name}</span>
                <span class="meta">${found}${remedy === undefined ? "" : html`<br />→ ${remedy}`}</span>
              </div>
              <div class="end"></div>
            </li>`,
        )}
      </ul>
    </div>`;
  return layout(frame, { title: "Health", at: "/health", body });
}

function line(ok: boolean, name: string, more: string, end: string): Html {
  return html`<li class="row">
    ${statusSign(ok ? "success" : "failed", true)}
    <div><span class="goal">${name}</span> <span class="meta">${more}</span></div>
    <div class="end">${end}</div>
  </li>`;
}
