// Where a job or a step stands: a shape, a colour and a word.
import { html } from "hono/html";
import type { Html } from "./layout.ts";

const words: Record<string, string> = {
  queued: "waits",
  pending: "not yet",
  preparing: "preparing",
  running: "running",
  retryable: "trying again",
  needs_human: "needs you",
  success: "done",
  failed: "failed",
  timeout: "out of time",
  cancelled: "cancelled",
};

const ring = html`<circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.6" />`;
const shapes: Record<string, Html> = {
  queued: html`${ring}<path d="M8 4.800V8l2 1.600" stroke="currentColor" stroke-width="1.600" fill="none" />`,
  pending: html`<circle
    cx="8"
    cy="8"
    r="6.2"
    fill="none"
    stroke="currentColor"
    stroke-width="1.6"
    stroke-dasharray="2.4 2.4"
  />`,
  running: html`<g class="spin">
    <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.8" opacity=".28" />
    <path d="M8 1.800a6.200 6.200 0 0 1 6.200 6.200" stroke="currentColor" stroke-width="1.800" fill="none" />
  </g>`,
  needs_human: html`<circle cx="8" cy="8" r="7" fill="currentColor" />
    <path d="M8 4v5M8 11v1.400" stroke="var(--card)" stroke-width="1.800" />`,
  success: html`<circle cx="8" cy="8" r="7" fill="currentColor" />
    <path d="M4.800 8.200l2.300 2.300 4.200-4.700" stroke="var(--card)" stroke-width="1.800" fill="none" />`,
  failed: html`<circle cx="8" cy="8" r="7" fill="currentColor" />
    <path d="M5.500 5.500l5 5M10.500 5.500l-5 5" stroke="var(--card)" stroke-width="1.800" />`,
  timeout: html`<circle cx="8" cy="8" r="7" fill="currentColor" />
    <path d="M8 4.200V8l2.400 1.800" stroke="var(--card)" stroke-width="1.800" fill="none" />`,
  cancelled: html`${ring}<path d="M4 12L12 4" stroke="currentColor" stroke-width="1.600" />`,
};

const alias: Record<string, string> = { preparing: "running", retryable: "running" };

export function statusWord(status: string): string {
  return words[status] ?? status;
}

/** `bare`: the word is only for those who don't see the shape. */
export function statusSign(status: string, bare = false): Html {
  const shape = shapes[alias[status] ?? status] ?? ring;
  const kind = Object.hasOwn(words, status) ? status : "pending";
  return html`<span class="state is-${kind}"
    ><svg viewBox="0 0 16 16" aria-hidden="true">${shape}</svg
    ><span ${bare ? html`class="hidden"` : ""}>${statusWord(status)}</span></span
  >`;
}
