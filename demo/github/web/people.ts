// Faces and times.
import { html } from "hono/html";

/** A colour that belongs to a login. */
function hueOf(login: string): number {
  let hash = 7;
  for (const letter of login) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 360;
  return hash;
}

function initials(login: string): string {
  const parts = login
    .replace(/\[bot\]$/, "")
    .split(/[-_.]+/)
    .filter(Boolean);
  const letters = parts.length > 1 ? parts.slice(0, 2).map((part) => part[0]) : [parts[0]?.slice(0, 2)];
  return letters.join("").toUpperCase();
}

export const isBot = (login: string): boolean => login.endsWith("[bot]");

export function avatar(login: string, small = false) {
  const kind = `avatar${isBot(login) ? " bot" : ""}${small ? " small" : ""}`;
  return html`<span class="${kind}" style="--hue:${hueOf(login)}" title="${login}">${initials(login)}</span>`;
}

/** The same face as a picture, for `avatar_url`. */
export function avatarSvg(login: string): string {
  const hue = hueOf(login);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 80"><rect width="80" height="80" rx="${isBot(login) ? 22 : 40}" fill="hsl(${hue} 60% 46%)"/><text x="40" y="51" font-family="sans-serif" font-size="30" font-weight="600" fill="#fff" text-anchor="middle">${initials(login).replaceAll(/[^A-Z0-9]/g, "")}</text></svg>`;
}

/** A name without the bot's suffix, which a badge tells. */
export function name(login: string) {
  const bare = login.replace(/\[bot\]$/, "");
  return isBot(login) ? html`<b>${bare}</b> <span class="badge">bot</span>` : html`<b>${bare}</b>`;
}

/** A time that the page's script keeps relative. */
export function when(iso: string) {
  const readable = `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
  return html`<time datetime="${iso}" title="${readable}">${readable}</time>`;
}
