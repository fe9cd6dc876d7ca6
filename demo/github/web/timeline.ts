// Everything that happened to an issue or pull request, in order.
import { html } from "hono/html";
import { threadComments } from "../actions/threads.ts";
import { log } from "../git/commits.ts";
import { pullChange } from "../git/pull-change.ts";
import type { Issue, Label, Repository, Review, TimelineEvent } from "../model/state.ts";
import { type World, gitOf } from "../model/world.ts";
import { repositoryPage } from "../shapes/links.ts";
import { bodyOf, commentCard } from "./comment-card.ts";
import { diffTable } from "./diff-view.ts";
import { type IconName, icon } from "./icons.ts";
import type { Html } from "./layout.ts";
import { avatar, name, when } from "./people.ts";

interface Entry {
  at: string;
  order: number;
  view: Html;
}

const shownHunkLines = 5;

export function labelChip(label: Pick<Label, "name" | "color">) {
  const channel = (from: number) => Number.parseInt(label.color.slice(from, from + 2), 16) || 0;
  return html`<span class="label" style="--c:${channel(0)} ${channel(2)} ${channel(4)}">${label.name}</span>`;
}

/** The turns and events after the first post, oldest first. */
export async function timeline(world: World, repository: Repository, issue: Issue): Promise<Html[]> {
  const { comments, reviews } = world.state;
  const here = (one: { repository_id: number; number: number }) =>
    one.repository_id === repository.id && one.number === issue.number;
  const entries: Entry[] = [
    ...comments.filter(here).map((comment) => ({
      at: comment.created_at,
      order: comment.id,
      view: commentCard(world, repository, { ...comment, anchor: `issuecomment-${comment.id}` }),
    })),
    ...reviews
      .filter(here)
      .filter((review) => review.state !== "PENDING")
      .map((review) => ({
        at: review.submitted_at ?? "",
        order: review.id,
        view: reviewCard(world, repository, review),
      })),
    ...issue.timeline
      .filter(({ kind }) => kind !== "pushed" && !(kind === "closed" && issue.pull?.merged_at))
      .map((event) => ({ at: event.at, order: event.id, view: eventRow(repository, event) })),
    ...(await commits(world, repository, issue)),
  ];
  return entries.toSorted((a, b) => a.at.localeCompare(b.at) || a.order - b.order).map((entry) => entry.view);
}

async function commits(world: World, repository: Repository, issue: Issue): Promise<Entry[]> {
  if (!issue.pull) return [];
  const git = gitOf(world, repository);
  const change = await pullChange(git, issue.pull);
  const found = await log(git, [change.commits], { reverse: true, max: 50 });
  return found.map((commit) => {
    const signed = world.state.signed_commits.includes(commit.sha);
    const pushed = issue.timeline.find((event) => event.kind === "pushed" && event.detail === commit.sha);
    const at = pushed?.at ?? issue.created_at;
    const order = pushed?.id ?? issue.id;
    const view = event(
      "commit",
      "",
      html`
        <b>${commit.author.name.replace(/\[bot\]$/, "")}</b> ${commit.message.split("\n")[0]}
        <a class="mono" href="${repositoryPage(world, repository)}/commit/${commit.sha}"
          >${commit.sha.slice(0, 7)}</a
        >
        ${signed ? html`<span class="badge green">verified</span>` : ""}
      `,
    );
    return { at, order, view };
  });
}

const looks: Record<TimelineEvent["kind"], { icon: IconName; colour: string }> = {
  labeled: { icon: "tag", colour: "" },
  unlabeled: { icon: "tag", colour: "" },
  closed: { icon: "done", colour: "purple" },
  reopened: { icon: "issue", colour: "green" },
  merged: { icon: "merge", colour: "purple" },
  pushed: { icon: "commit", colour: "" },
  renamed: { icon: "pencil", colour: "" },
  ready: { icon: "eye", colour: "green" },
  draft: { icon: "pull", colour: "" },
};

function eventRow(repository: Repository, { kind, login, detail, at }: TimelineEvent) {
  const chip = () =>
    labelChip(repository.labels.find((label) => label.name === detail) ?? { name: detail, color: "ededed" });
  const words: Record<TimelineEvent["kind"], () => Html | string> = {
    labeled: () => html`added ${chip()}`,
    unlabeled: () => html`removed ${chip()}`,
    closed: () => "closed this",
    reopened: () => "reopened this",
    merged: () => html`merged commit <span class="mono">${detail.slice(0, 7)}</span>`,
    pushed: () => "pushed",
    renamed: () => html`changed the title to <b>${detail}</b>`,
    ready: () => "marked this as ready for review",
    draft: () => "converted this to a draft",
  };
  const look = looks[kind];
  return event(
    look.icon,
    look.colour,
    html`${avatar(login, true)} ${name(login)} ${words[kind]()} ${when(at)}`,
  );
}

function event(image: IconName, colour: string, content: Html) {
  return html`<div class="event"><span class="dot ${colour}">${icon(image)}</span>${content}</div>`;
}

const verdicts = {
  APPROVED: { words: "approved these changes", icon: "check", colour: "green" },
  CHANGES_REQUESTED: { words: "requested changes", icon: "cross", colour: "red" },
  COMMENTED: { words: "reviewed", icon: "eye", colour: "" },
  DISMISSED: { words: "reviewed, dismissed", icon: "eye", colour: "" },
  PENDING: { words: "is reviewing", icon: "clock", colour: "" },
} as const satisfies Record<Review["state"], { words: string; icon: IconName; colour: string }>;

function reviewCard(world: World, repository: Repository, review: Review): Html {
  const comments = world.state.review_comments.filter((one) => one.review_id === review.id);
  const threads = world.state.threads.filter((thread) =>
    comments.some((one) => one.id === thread.first_comment_id),
  );
  // An answer has a review of its own; it is shown in its thread.
  if (comments.length > 0 && threads.length === 0) return html``;
  const { words, icon: image, colour } = verdicts[review.state];
  const said = html`${avatar(review.author, true)} ${name(review.author)} ${words}
  ${when(review.submitted_at ?? "")}`;
  const row = event(image, colour, said);
  if (review.body === "" && threads.length === 0) return row;
  return html`${row}
    <div class="turn review" id="pullrequestreview-${review.id}">
      <span></span>
      <div class="card">
        ${review.body === "" ? "" : bodyOf(world, repository, review.body)}
        ${threads.map((thread) => {
          const said = threadComments(world, thread);
          const [first] = said;
          return html`<section class="card thread">
            <header>
              ${icon("file")} <span class="mono">${first?.path ?? ""}</span>
              ${
                thread.resolved_by === null
                  ? ""
                  : html`<span class="badge green right">resolved by ${thread.resolved_by}</span>`
              }
            </header>
            ${first && first.diff_hunk !== "" ? diffTable(first.diff_hunk, shownHunkLines) : ""}
            ${said.map(
              (one) =>
                html`<div class="say" id="discussion_r${one.id}">
                  <div class="who">
                    ${avatar(one.author, true)} ${name(one.author)} ${when(one.created_at)}
                  </div>
                  ${bodyOf(world, repository, one.body)}
                </div>`,
            )}
          </section>`;
        })}
      </div>
    </div>`;
}
