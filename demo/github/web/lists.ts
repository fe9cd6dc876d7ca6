// The index of everything, and the list of one repository.
import { html } from "hono/html";
import type { Issue, Repository } from "../model/state.ts";
import { type World, fullName } from "../model/world.ts";
import { lookOf } from "./conversation.ts";
import { icon } from "./icons.ts";
import { name, when } from "./people.ts";
import { labelChip } from "./timeline.ts";

function row(world: World, repository: Repository, issue: Issue) {
  const look = lookOf(issue);
  const path = `/${fullName(repository)}/${issue.pull ? "pull" : "issues"}/${issue.number}`;
  const labels = issue.labels.flatMap((label) => repository.labels.filter((one) => one.name === label));
  const comments = world.state.comments.filter(
    (one) => one.repository_id === repository.id && one.number === issue.number,
  );
  return html`<div class="row">
    ${icon(look.icon, look.kind)}
    <div class="grow">
      <a class="title" href="${path}">${issue.title}</a> ${labels.map(labelChip)}
      <div class="sub">#${issue.number} opened ${when(issue.created_at)} by ${name(issue.author)}</div>
    </div>
    ${comments.length > 0 ? html`<span class="sub">${icon("comment")} ${comments.length}</span>` : ""}
  </div>`;
}

/** The issues and pull requests of one repository, newest first. */
export function repositoryList(world: World, repository: Repository) {
  const all = world.state.issues.filter((issue) => issue.repository_id === repository.id).toReversed();
  return html`<h1><a href="/${fullName(repository)}">${fullName(repository)}</a></h1>
    <div class="meta">
      ${icon("repository")}
      <span class="badge">${repository.private ? "private" : "public"}</span> ${repository.description ?? ""}
      <span>default branch <span class="ref mono">${repository.default_branch}</span></span>
    </div>
    <div class="card list">
      ${
        all.length === 0
          ? html`<p class="empty">No issues and no pull requests yet.</p>`
          : all.map((issue) => row(world, repository, issue))
      }
    </div>`;
}

/** All repositories. */
export function index(world: World) {
  const { repositories } = world.state;
  if (repositories.length === 0) return html`<p class="empty">No repositories yet.</p>`;
  return html`${repositories.map((repository) => repositoryList(world, repository))}`;
}
