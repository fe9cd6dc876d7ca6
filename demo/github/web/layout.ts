// The frame of every page, and the script that keeps it fresh.
import { html, raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import { icon } from "./icons.ts";
import { styles } from "./styles.ts";

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** Keeps what is inside #live as the server has it, and times relative. Forms stay as they are. */
const script = `
const units = [["day", 86400], ["hour", 3600], ["minute", 60]];
const format = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
function ago() {
  for (const time of document.querySelectorAll("time")) {
    const seconds = (Date.now() - Date.parse(time.dateTime)) / 1000;
    const unit = units.find(([, size]) => seconds >= size);
    if (seconds > 30 * 86400) time.textContent = "on " + new Date(time.dateTime).toLocaleDateString("en", { dateStyle: "medium" });
    else time.textContent = unit ? format.format(-Math.floor(seconds / unit[1]), unit[0]) : seconds < 5 ? "now" : Math.floor(seconds) + " seconds ago";
  }
}
let busy = false, again = false;
async function refresh() {
  if (busy) { again = true; return; }
  busy = true;
  try {
    const text = await (await fetch(location.href, { cache: "no-store" })).text();
    const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("#live");
    const live = document.querySelector("#live");
    if (fresh && live && fresh.innerHTML !== live.dataset.source) {
      const open = [...live.querySelectorAll("details")].map((one) => one.open);
      live.dataset.source = fresh.innerHTML;
      live.innerHTML = fresh.innerHTML;
      live.querySelectorAll("details").forEach((one, at) => { if (open[at]) one.open = true; });
      ago();
    }
  } finally {
    busy = false;
    if (again) { again = false; void refresh(); }
  }
}
document.querySelector("#live").dataset.source = document.querySelector("#live").innerHTML;
ago();
setInterval(ago, 10000);
new EventSource("/_demo/events").onmessage = refresh;
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) event.target.form.requestSubmit();
});
`;

export interface Page {
  title: string;
  crumbs: { text: string; href: string }[];
  /** Replaced when something changes. */
  live: Html;
  /** Below it, kept as the reader left it. */
  still?: Html;
  nonce: string;
}

/** A whole document. */
export function layout({ title, crumbs, live, still, nonce }: Page) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <style>
          ${raw(styles)}
        </style>
      </head>
      <body>
        <nav class="top">
          <a class="mark" href="/" aria-label="All repositories">${icon("plug")}</a>
          ${crumbs.map(
            ({ text, href }, at) =>
              html`${at > 0 ? html`<span class="sep">/</span>` : ""}<a href="${href}"
                  >${at === crumbs.length - 1 ? html`<b>${text}</b>` : text}</a
                >`,
          )}
          <span class="where">GitHub stand-in · live</span>
        </nav>
        <main>
          <div id="live">${live}</div>
          ${still ?? ""}
        </main>
        <script nonce="${nonce}">
          ${raw(script)};
        </script>
      </body>
    </html>`;
}
