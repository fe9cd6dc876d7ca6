// A handful of drawn icons, 16 by 16.
import { raw } from "hono/html";

const strokes = {
  issue: '<circle cx="8" cy="8" r="6.2"/><circle cx="8" cy="8" r="1.6" fill="currentColor" stroke="none"/>',
  done: '<circle cx="8" cy="8" r="6.2"/><path d="m5.4 8.2 1.8 1.8 3.4-3.7"/>',
  pull: '<circle cx="4" cy="3.6" r="1.8"/><circle cx="4" cy="12.4" r="1.8"/><path d="M4 5.4v5.2"/><circle cx="12" cy="12.4" r="1.8"/><path d="M12 10.6V6.2a2 2 0 0 0-2-2H7.6m0 0 1.9-1.9M7.6 4.2l1.9 1.9"/>',
  merge:
    '<circle cx="4" cy="3.6" r="1.8"/><circle cx="4" cy="12.4" r="1.8"/><circle cx="12" cy="8.4" r="1.8"/><path d="M4 5.4v5.2M4.2 5.4c.6 2 2.6 3 6 3"/>',
  commit: '<circle cx="8" cy="8" r="2.6"/><path d="M1.4 8h4M10.6 8h4"/>',
  tag: '<path d="M2 7.6V2.9c0-.5.4-.9.9-.9h4.7c.2 0 .5.1.6.3l5.4 5.4c.4.4.4.9 0 1.3l-4.6 4.6c-.4.4-.9.4-1.3 0L2.3 8.2A.9.9 0 0 1 2 7.6Z"/><circle cx="5.2" cy="5.2" r="1" fill="currentColor" stroke="none"/>',
  pencil: '<path d="m10.8 2.6 2.6 2.6-7.6 7.6-3.2.6.6-3.2 7.6-7.6Z"/>',
  check: '<path d="m3.2 8.6 3.2 3.2 6.4-7"/>',
  cross: '<path d="m4 4 8 8m0-8-8 8"/>',
  clock: '<circle cx="8" cy="8" r="6.2"/><path d="M8 4.6V8l2.2 1.6"/>',
  eye: '<path d="M1.4 8S3.8 3.6 8 3.6 14.6 8 14.6 8 12.2 12.4 8 12.4 1.4 8 1.4 8Z"/><circle cx="8" cy="8" r="1.9"/>',
  comment: '<path d="M2 3.4h12v8H8l-3.2 2.6v-2.6H2Z"/>',
  file: '<path d="M3.4 1.8h6l3.2 3.2v9.2H3.4Z"/><path d="M9.2 1.8V5h3.4"/>',
  repository: '<path d="M3 13V3.2C3 2.5 3.5 2 4.2 2H13v9.6H4.4a1.4 1.4 0 0 0 0 2.8H13"/>',
  plug: '<path d="M5.4 1.8v3.4m5.2-3.4v3.4M3.6 5.2h8.8v2.2a4.4 4.4 0 0 1-8.8 0ZM8 11.8v2.6"/>',
} as const;

export type IconName = keyof typeof strokes;

/** One icon as inline SVG. */
export function icon(name: IconName, className = "") {
  return raw(
    `<svg class="icon ${className}" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${strokes[name]}</svg>`,
  );
}
