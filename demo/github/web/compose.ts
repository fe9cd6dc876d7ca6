// The form under a conversation: writing as one of the people who are there.
import { html } from "hono/html";
import type { Issue, Repository } from "../model/state.ts";
import { type World, fullName, roleOf } from "../model/world.ts";
import { writers } from "./conversation.ts";
import { avatar } from "./people.ts";

export function compose(world: World, repository: Repository, issue: Issue) {
  const people = writers(world, repository);
  const [first] = people;
  if (first === undefined) return html``;
  const page = `/${fullName(repository)}/${issue.pull ? "pull" : "issues"}/${issue.number}`;
  return html`<form class="compose turn" method="post" action="${page}/comment">
    ${avatar(first)}
    <div class="card">
      <header>
        <label
          >Write as
          <select name="author">
            ${people.map((login) => html`<option value="${login}">${login} (${roleOf(repository, login)})</option>`)}
          </select></label
        >
      </header>
      <textarea name="body" required placeholder="/agent fix the flaky login test"></textarea>
      <footer><span>Ctrl + Enter sends</span><button class="button primary">Comment</button></footer>
    </div>
  </form>`;
}
