// One thing that somebody said.
import { html, raw } from "hono/html";
import type { Content, Repository } from "../model/state.ts";
import type { World } from "../model/world.ts";
import { association } from "../shapes/issue.ts";
import { repositoryPage } from "../shapes/links.ts";
import { renderMarkdown } from "./markdown.ts";
import { avatar, isBot, name, when } from "./people.ts";

const faces: Record<Content, string> = {
  "+1": "👍",
  "-1": "👎",
  laugh: "😄",
  confused: "😕",
  heart: "❤️",
  hooray: "🎉",
  rocket: "🚀",
  eyes: "👀",
};

export interface Said {
  id: number;
  author: string;
  body: string | null;
  created_at: string;
  updated_at?: string | undefined;
  anchor?: string;
  verb?: string;
}

export function bodyOf(world: World, repository: Repository, body: string | null) {
  if (body === null || body.trim() === "") {
    return html`<div class="md"><p class="none">No description provided.</p></div>`;
  }
  return html`<div class="md">${raw(renderMarkdown(body, repositoryPage(world, repository)))}</div>`;
}

function reactionsOf(world: World, subjectId: number) {
  const mine = world.state.reactions.filter((one) => one.subject_id === subjectId);
  if (mine.length === 0) return "";
  const kinds = [...new Set(mine.map((one) => one.content))];
  return html`<div class="reactions">
    ${kinds.map((kind) => {
      const who = mine.filter((one) => one.content === kind).map((one) => one.login);
      return html`<span class="reaction" title="${who.join(", ")}">${faces[kind]} ${who.length}</span>`;
    })}
  </div>`;
}

/** A comment with its face. */
export function commentCard(world: World, repository: Repository, said: Said) {
  const relation = association(repository, said.author);
  const edited = said.updated_at !== undefined && said.updated_at !== said.created_at;
  return html`<article class="turn" id="${said.anchor ?? ""}">
    ${avatar(said.author)}
    <div class="card${isBot(said.author) ? " bot" : ""}">
      <header>
        <span>${name(said.author)}</span>
        <span>${said.verb ?? "commented"} ${when(said.created_at)}${edited ? " · edited" : ""}</span>
        ${relation === "NONE" ? "" : html`<span class="badge right">${relation.toLowerCase()}</span>`}
      </header>
      ${bodyOf(world, repository, said.body)} ${reactionsOf(world, said.id)}
    </div>
  </article>`;
}
