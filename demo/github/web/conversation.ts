// The page of an issue or a pull request.
import { html } from "hono/html";
import { log } from "../git/commits.ts";
import { type FileDiff, diffFiles } from "../git/diff.ts";
import { pullChange } from "../git/pull-change.ts";
import type { Issue, Repository } from "../model/state.ts";
import { type World, fullName, gitOf, repositoryById, roleOf } from "../model/world.ts";
import { checksBox } from "./checks-box.ts";
import { commentCard } from "./comment-card.ts";
import { fileCard } from "./diff-view.ts";
import { type IconName, icon } from "./icons.ts";
import type { Html } from "./layout.ts";
import { avatar, isBot, name, when } from "./people.ts";
import { labelChip, timeline } from "./timeline.ts";

export type Tab = "conversation" | "commits" | "files";

export interface Look {
  icon: IconName;
  kind: string;
  words: string;
}

/** How a state is shown. */
export function lookOf(issue: Issue): Look {
  const { pull, state } = issue;
  if (!pull) {
    if (state === "open") return { icon: "issue", kind: "open", words: "Open" };
    return { icon: "done", kind: "done", words: "Closed" };
  }
  if (pull.merged_at !== null) return { icon: "merge", kind: "merged", words: "Merged" };
  if (state === "closed") return { icon: "pull", kind: "closed", words: "Closed" };
  return pull.draft
    ? { icon: "pull", kind: "draft", words: "Draft" }
    : { icon: "pull", kind: "open", words: "Open" };
}

/** The people a reader may write as, those who may write code first. */
export function writers(world: World, repository: Repository): string[] {
  const people = world.state.users.filter((user) => user.type === "User").map((user) => user.login);
  const rank = (login: string) =>
    ["none", "read", "triage", "write", "maintain", "admin"].indexOf(roleOf(repository, login));
  return people.toSorted((a, b) => rank(b) - rank(a));
}

async function changes(world: World, repository: Repository, issue: Issue) {
  if (!issue.pull) return { files: [], commits: [] };
  const git = gitOf(world, repository);
  const change = await pullChange(git, issue.pull);
  const commits = await log(git, [change.commits], { reverse: true, max: 250 });
  return { files: await diffFiles(git, change.from, change.to), commits };
}

/** What is replaced when something changes. */
export async function conversation(world: World, repository: Repository, issue: Issue, tab: Tab) {
  const look = lookOf(issue);
  const { files, commits } = await changes(world, repository, issue);
  const heading = html`<h1>${issue.title} <span class="number">#${issue.number}</span></h1>
    <div class="meta">
      <span class="pill ${look.kind}">${icon(look.icon)} ${look.words}</span>
      <span>${about(world, repository, issue, commits.length)}</span>
    </div>`;
  const body =
    tab === "files"
      ? html`<div>${files.map(fileCard)}</div>`
      : tab === "commits"
        ? commitList(repository, commits)
        : await discussion(world, repository, issue);
  return html`${heading}${issue.pull ? tabs(repository, issue, tab, commits.length, files) : html`<hr class="rule" />`}${body}`;
}

function about(world: World, repository: Repository, issue: Issue, commits: number) {
  if (!issue.pull) return html`${name(issue.author)} opened this issue ${when(issue.created_at)}`;
  const { head, base, merged_at: mergedAt, merged_by: mergedBy } = issue.pull;
  const source = repositoryById(world, head.repository_id);
  const from = source.id === repository.id ? head.ref : `${source.owner}:${head.ref}`;
  const verb = mergedAt === null ? "wants to merge" : "merged";
  return html`${name(mergedBy ?? issue.author)} ${verb} ${commits} commit${commits === 1 ? "" : "s"} into
    <span class="ref mono">${base.ref}</span> from <span class="ref mono">${from}</span>`;
}

function tabs(repository: Repository, issue: Issue, here: Tab, commits: number, files: readonly FileDiff[]) {
  const page = `/${fullName(repository)}/pull/${issue.number}`;
  const tab = (id: Tab, image: IconName, text: string, count: number | null, path: string) =>
    html`<a href="${page}${path}" class="${id === here ? "here" : ""}"
      >${icon(image)} ${text} ${count === null ? "" : html`<span class="count">${count}</span>`}</a
    >`;
  const sum = (key: "additions" | "deletions") => files.reduce((total, file) => total + file[key], 0);
  return html`<nav class="tabs">
    ${tab("conversation", "comment", "Conversation", null, "")}
    ${tab("commits", "commit", "Commits", commits, "/commits")}
    ${tab("files", "file", "Files changed", files.length, "/files")}
    <span class="stat"
      ><span class="plus">+${sum("additions")}</span> <span class="minus">−${sum("deletions")}</span></span
    >
  </nav>`;
}

function commitList(repository: Repository, commits: Awaited<ReturnType<typeof log>>) {
  return html`<div class="card list">
    ${commits.map(
      (commit) =>
        html`<div class="row">
          ${icon("commit")}
          <div class="grow">
            <a class="title" href="/${fullName(repository)}/commit/${commit.sha}"
              >${commit.message.split("\n")[0]}</a
            >
            <div class="sub">${commit.author.name} committed ${when(commit.committer.date)}</div>
          </div>
          <span class="mono">${commit.sha.slice(0, 7)}</span>
        </div>`,
    )}
  </div>`;
}

async function discussion(world: World, repository: Repository, issue: Issue): Promise<Html> {
  const turns = await timeline(world, repository, issue);
  const first = commentCard(world, repository, {
    id: issue.id,
    author: issue.author,
    body: issue.body,
    created_at: issue.created_at,
    verb: "opened this",
  });
  const viewer = writers(world, repository)[0] ?? repository.owner;
  return html`<div class="cols">
    <div>
      <div class="timeline">${first}${turns}</div>
      ${checksBox(world, repository, issue, viewer)}
    </div>
    ${sidebar(world, repository, issue)}
  </div>`;
}

function sidebar(world: World, repository: Repository, issue: Issue) {
  const here = (one: { repository_id: number; number: number }) =>
    one.repository_id === repository.id && one.number === issue.number;
  const { comments, reviews } = world.state;
  const people = new Set([issue.author, ...[...comments, ...reviews].filter(here).map((one) => one.author)]);
  const labels = issue.labels.flatMap((label) => repository.labels.filter((one) => one.name === label));
  const related = world.state.issues.filter(
    (one) => one.repository_id === repository.id && one !== issue && mentions(one, issue),
  );
  return html`<aside>
    <section>
      <h2>Labels</h2>
      <div class="labels">
        ${labels.length === 0 ? html`<span class="quiet">None yet</span>` : labels.map(labelChip)}
      </div>
    </section>
    <section>
      <h2>${issue.pull ? "Linked issues" : "Pull requests"}</h2>
      ${
        related.length === 0
          ? html`<span class="quiet">None yet</span>`
          : related.map((one) => {
              const look = lookOf(one);
              const path = one.pull ? "pull" : "issues";
              return html`<div class="row">
                ${icon(look.icon, look.kind)}
                <a href="/${fullName(repository)}/${path}/${one.number}">${one.title} #${one.number}</a>
              </div>`;
            })
      }
    </section>
    <section>
      <h2>${people.size} participant${people.size === 1 ? "" : "s"}</h2>
      ${[...people].map(
        (login) =>
          html`<div class="row">
            ${avatar(login, true)} ${login.replace(/\[bot\]$/, "")}
            <span class="quiet">${isBot(login) ? "app" : roleOf(repository, login)}</span>
          </div>`,
      )}
    </section>
  </aside>`;
}

/** Whether one of the two says that it closes the other. */
function mentions(one: Issue, other: Issue): boolean {
  if ((one.pull === null) === (other.pull === null)) return false;
  const [pull, issue] = one.pull ? [one, other] : [other, one];
  return new RegExp(`\\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):? #${issue.number}\\b`, "i").test(
    pull.body ?? "",
  );
}
