// The check runs of a pull request's head, with the buttons that the App put there.
import { html } from "hono/html";
import type { CheckRun, Issue, Repository } from "../model/state.ts";
import { type World, fullName } from "../model/world.ts";
import { icon } from "./icons.ts";

function mark(run: CheckRun) {
  if (run.status !== "completed") return icon("clock", "wait");
  return run.conclusion === "success" || run.conclusion === "neutral" || run.conclusion === "skipped"
    ? icon("check", "ok")
    : icon("cross", "bad");
}

/** Nothing when there are no checks. Buttons act as `viewer`. */
export function checksBox(world: World, repository: Repository, issue: Issue, viewer: string) {
  const sha = issue.pull?.head.sha;
  const runs = world.state.check_runs.filter(
    (run) => run.repository_id === repository.id && run.head_sha === sha,
  );
  if (runs.length === 0) return "";
  return html`<section class="card checks">
    <header>${icon("done")} <b>Checks</b> on <span class="mono">${sha?.slice(0, 7)}</span></header>
    ${runs.map(
      (run) =>
        html`<div class="row">
          ${mark(run)} <b>${run.name}</b>
          <span class="sum">${run.output.title ?? run.conclusion ?? run.status.replace("_", " ")}</span>
          <span class="right">
            ${run.status === "completed" ? press(repository, run, "", "Re-run", viewer) : ""}
            ${run.actions.map((action) => press(repository, run, action.identifier, action.label, viewer))}
          </span>
        </div>`,
    )}
  </section>`;
}

function press(repository: Repository, run: CheckRun, identifier: string, label: string, viewer: string) {
  return html`<form method="post" action="/${fullName(repository)}/runs/${run.id}">
    <input type="hidden" name="identifier" value="${identifier}" />
    <input type="hidden" name="sender" value="${viewer}" />
    <button class="button">${label}</button>
  </form>`;
}
