// Diffs with their colours.
import { html } from "hono/html";
import { type DiffLine, type FileDiff, patchLines } from "../git/diff.ts";
import { icon } from "./icons.ts";

const maxLines = 1_500;

const signs: Record<DiffLine["kind"], string> = { add: "+", delete: "−", context: "", hunk: "", note: "" };

export function diffTable(patch: string, last?: number) {
  const all = patchLines(patch);
  const lines = last === undefined ? all.slice(0, maxLines) : all.slice(-last);
  const left = all.length - lines.length;
  return html`<table class="diff">
    <tbody>
      ${lines.map((line) =>
        line.kind === "hunk"
          ? html`<tr class="hunk">
              <td class="no"></td>
              <td class="no"></td>
              <td class="sign"></td>
              <td>${line.text}</td>
            </tr>`
          : html`<tr class="${line.kind}">
              <td class="no">${line.left ?? ""}</td>
              <td class="no">${line.right ?? ""}</td>
              <td class="sign">${signs[line.kind]}</td>
              <td>${line.text.slice(1)}</td>
            </tr>`,
      )}
      ${
        last === undefined && left > 0
          ? html`<tr class="note">
              <td class="no"></td>
              <td class="no"></td>
              <td></td>
              <td>… ${left} more lines</td>
            </tr>`
          : ""
      }
    </tbody>
  </table>`;
}

export function fileCard(file: FileDiff) {
  const name = file.previousPath === null ? file.path : `${file.previousPath} → ${file.path}`;
  return html`<section class="card file">
    <header>
      ${icon("file")} <span class="mono">${name}</span>
      ${file.status === "modified" ? "" : html`<span class="badge">${file.status}</span>`}
      <span class="right stat"
        ><span class="plus">+${file.additions}</span> <span class="minus">−${file.deletions}</span></span
      >
    </header>
    ${
      file.patch === null
        ? html`<p class="empty">
            ${file.additions + file.deletions === 0 ? "Nothing to show: a binary file, or only its name changed." : ""}
          </p>`
        : diffTable(file.patch)
    }
  </section>`;
}
