// A page that only says something.
import { html } from "hono/html";
import { type Frame, type Html, layout } from "../parts/layout.ts";

export function messagePage(frame: Frame, title: string, text: string): Html {
  const body = html`<div class="door">
    <h1>${title}</h1>
    <p class="soft">${text}</p>
    <p><a href="/">Now</a></p>
  </div>`;
  return layout(frame, { title, body });
}
