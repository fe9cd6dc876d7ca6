// Times, durations and money as people read them. Pure.
import { html } from "hono/html";

type Html = ReturnType<typeof html>;

export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return "–";
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(Math.floor(seconds % 60)).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** What is unknown is no zero. */
export function money(usd: number | null | undefined): string {
  if (usd === null || usd === undefined) return "–";
  return usd > 0 && usd < 0.01 ? "< $0.01" : `$${usd.toFixed(2)}`;
}

export function count(value: number): string {
  return Math.round(value)
    .toString()
    .replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

export function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const at = Math.min(units.length - 1, value < 1 ? 0 : Math.floor(Math.log10(value) / 3));
  return `${(value / 1000 ** at).toFixed(at === 0 ? 0 : 1)} ${units[at]}`;
}

function readable(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** How long ago, kept current by the page's script; the exact time when it is pointed at. */
export function ago(ms: number, nowMs: number): Html {
  const iso = new Date(ms).toISOString();
  return html`<time datetime="${iso}" title="${readable(ms)}" data-as="ago"
    >${roughly(nowMs - ms)} ago</time
  >`;
}

/** For how long. */
export function since(ms: number, nowMs: number): Html {
  const iso = new Date(ms).toISOString();
  return html`<time datetime="${iso}" title="since ${readable(ms)}" data-as="since"
    >${roughly(nowMs - ms)}</time
  >`;
}

export function at(ms: number): Html {
  return html`<time datetime="${new Date(ms).toISOString()}">${readable(ms)}</time>`;
}

function roughly(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}
