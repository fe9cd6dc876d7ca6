// Where nobody knows yet who it is.
import { html } from "hono/html";
import { type Frame, type Html, layout } from "../parts/layout.ts";

export interface LoginOffer {
  hasToken: boolean;
  hasGitHub: boolean;
  /** The host's name, such as github.com. */
  host: string;
  /** Where to go afterwards. */
  to: string;
  problem?: string;
}

export function loginPage(frame: Frame, { hasToken, hasGitHub, host, to, problem }: LoginOffer): Html {
  const body = html`<div class="door card pad">
    <h1>Sign in</h1>
    ${problem === undefined ? "" : html`<div class="note bad" role="alert"><p>${problem}</p></div>`}
    ${
      hasGitHub
        ? html`<p class="soft">You see the jobs of the repositories that you can read on ${host}.</p>
            <a class="button main" href="/login/github?to=${encodeURIComponent(to)}">Continue with GitHub</a>`
        : ""
    }
    ${
      hasToken
        ? html`<form method="post" action="/login">
            <input type="hidden" name="to" value="${to}" />
            <label for="token">The operator's token</label>
            <input id="token" type="password" name="token" autocomplete="current-password" required />
            <button class="${hasGitHub ? "" : "main"}">Sign in</button>
          </form>`
        : ""
    }
  </div>`;
  return layout(frame, { title: "Sign in", body });
}
