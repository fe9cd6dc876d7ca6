// The frame of every page.
import { html } from "hono/html";
import type { Assets } from "../assets.ts";
import type { Viewer } from "../viewer.ts";

export type Html = ReturnType<typeof html>;

export interface Frame {
  assets: Assets;
  viewer: Viewer | undefined;
  /** What each form has to bring back. */
  formToken: string;
  nowMs: number;
}

export interface Page {
  title: string;
  /** Which of the main pages it belongs to. */
  at?: "/" | "/jobs" | "/insight" | "/health";
  body: Html;
  /** Where its news come from. */
  live?: string;
}

const mark = html`<svg viewBox="0 0 20 20" aria-hidden="true">
  <path
    d="M4 3v14M10 3v14M16 3v14"
    stroke="currentColor"
    stroke-width="1.6"
    stroke-linecap="round"
    opacity=".35"
  />
  <path
    d="M4 6c3 0 3 4 6 4s3 5 6 5"
    stroke="currentColor"
    stroke-width="2"
    fill="none"
    stroke-linecap="round"
  />
  <g fill="currentColor">
    <circle cx="4" cy="6" r="2.1" />
    <circle cx="10" cy="10" r="2.1" />
    <circle cx="16" cy="15" r="2.1" />
  </g>
</svg>`;

export function layout({ assets, viewer, formToken }: Frame, { title, at, body, live }: Page): Html {
  const links = [
    ["/", "Now"],
    ["/jobs", "Jobs"],
    ["/insight", "Insight"],
    ...(viewer?.kind === "operator" ? [["/health", "Health"]] : []),
  ];
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title} · Patchbay</title>
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="${assets.style.path}" />
        <script src="${assets.script.path}" defer></script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header class="top">
          <a class="brand" href="/" aria-label="Patchbay">${mark}<span>Patchbay</span></a>
          ${
            viewer
              ? html`<nav aria-label="Pages">
                    ${links.map(
                      ([href, name]) =>
                        html`<a href="${href}" ${href === at ? html`aria-current="page"` : ""}>${name}</a>`,
                    )}
                  </nav>
                  <form class="who" method="post" action="/logout">
                    <input type="hidden" name="form_token" value="${formToken}" />
                    <span class="name">${viewer.kind === "operator" ? "Operator" : `@${viewer.login}`}</span>
                    <button>Sign out</button>
                  </form>`
              : ""
          }
        </header>
        <main id="main" ${live === undefined ? "" : html`data-live="${live}"`}>${body}</main>
      </body>
    </html>`;
}

export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><rect width="20" height="20" rx="4" fill="#3d4fc4"/><path d="M4.500 6c2.800 0 2.800 4 5.500 4s2.700 4.500 5.500 4.500" stroke="#fff" stroke-width="2" fill="none" stroke-linecap="round"/><g fill="#fff"><circle cx="4.500" cy="6" r="2"/><circle cx="10" cy="10" r="2"/><circle cx="15.500" cy="14.500" r="2"/></g></svg>`;
