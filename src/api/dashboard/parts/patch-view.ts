// A patch to be read: a tree of its files, and each file's lines below or beside each other.
import { html } from "hono/html";
import type { Html } from "./layout.ts";
import { type Hunk, type PatchFile, type PatchLine, readPatch } from "./read-patch.ts";

/** More is not shown: whoever wants all of it fetches the file. */
const maxShownLines = 8000;

export type PatchLook = "unified" | "split";

export interface ShownPatch {
  files: PatchFile[];
  /** How many files came after what is shown. */
  cut: number;
}

export function shownPatch(text: string): ShownPatch {
  const all = readPatch(text);
  let left = maxShownLines;
  const files: PatchFile[] = [];
  for (const file of all) {
    const lines = file.hunks.reduce((sum, hunk) => sum + hunk.lines.length, 0);
    if (lines > left && files.length > 0) break;
    files.push(
      lines > maxShownLines ? { ...file, hunks: [], notes: [...file.notes, "too long to be shown"] } : file,
    );
    left -= lines;
  }
  return { files, cut: all.length - files.length };
}

/** Anything that can't be seen, or that turns the direction of writing, by its code. */
export function visible(name: string): string {
  return name.replaceAll(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

export function patchView({ files, cut }: ShownPatch, look: PatchLook): Html {
  return html`<div class="patch">
    <nav class="tree" aria-label="Files">${tree(files)}</nav>
    <div>
      ${files.map((file, at) => fileView(file, at, look))}
      ${cut > 0 ? html`<p class="soft">${cut} more ${cut === 1 ? "file is" : "files are"} in patch.diff.</p>` : ""}
    </div>
  </div>`;
}

interface Folder {
  folders: Map<string, Folder>;
  files: { name: string; at: number; file: PatchFile }[];
}

function tree(files: readonly PatchFile[]): Html {
  const top: Folder = { folders: new Map(), files: [] };
  for (const [at, file] of files.entries()) {
    const parts = file.path.split("/");
    const name = parts.pop() ?? "";
    let folder = top;
    for (const part of parts.slice(0, 30)) {
      const next: Folder = folder.folders.get(part) ?? { folders: new Map(), files: [] };
      folder.folders.set(part, next);
      folder = next;
    }
    folder.files.push({ name, at, file });
  }
  return branch(top);
}

function branch({ folders, files }: Folder): Html {
  return html`<ul>
    ${[...folders].map(([name, folder]) => {
      let [path, below] = [name, folder];
      // A folder in which there is only one other shares its line.
      while (below.files.length === 0 && below.folders.size === 1) {
        const [only] = below.folders;
        if (!only) break;
        path = `${path}/${only[0]}`;
        below = only[1];
      }
      return html`<li><span class="folder mono">${visible(path)}/</span>${branch(below)}</li>`;
    })}
    ${files.map(
      ({ name, at, file }) =>
        html`<li><a class="mono" href="#file-${at}">${visible(name)}</a> ${counts(file)}</li>`,
    )}
  </ul>`;
}

function counts({ added, removed }: PatchFile): Html {
  return html`<span class="mono"
    >${added > 0 ? html`<span class="plus">+${added}</span>` : ""}
    ${removed > 0 ? html`<span class="minus">−${removed}</span>` : ""}</span
  >`;
}

function fileView(file: PatchFile, at: number, look: PatchLook): Html {
  const name =
    file.oldPath === undefined ? visible(file.path) : `${visible(file.oldPath)} → ${visible(file.path)}`;
  const notes = file.notes.length > 0 ? html`<span class="soft">${file.notes.join(", ")}</span>` : "";
  return html`<section class="file card" id="file-${at}">
    <h3><span>${name}</span>${notes}<span class="counts">${counts(file)}</span></h3>
    ${
      file.hunks.length === 0
        ? ""
        : html`<div class="scroll" tabindex="0" role="region" aria-label="Lines of ${name}">
            <table class="diff">
              ${
                look === "split"
                  ? html`<colgroup>
                      <col class="no" />
                      <col />
                      <col class="no" />
                      <col />
                    </colgroup>`
                  : html`<colgroup>
                      <col class="no" />
                      <col class="no" />
                      <col />
                    </colgroup>`
              }
              <tbody>
                ${file.hunks.map((hunk) => (look === "split" ? splitHunk(hunk) : unifiedHunk(hunk)))}
              </tbody>
            </table>
          </div>`
    }
  </section>`;
}

const marks = { same: " ", add: "+", del: "−" };

function unifiedHunk({ title, lines }: Hunk): Html {
  return html`<tr class="hunk">
      <td colspan="3">${title === "" ? "…" : title}</td>
    </tr>
    ${lines.map(
      ({ kind, text, oldNo, newNo }) =>
        html`<tr>
          <td class="no ${kind}">${oldNo ?? ""}</td>
          <td class="no ${kind}">${newNo ?? ""}</td>
          <td class="${kind}">${marks[kind]}${text}</td>
        </tr>`,
    )}`;
}

function splitHunk({ title, lines }: Hunk): Html {
  return html`<tr class="hunk">
      <td colspan="4">${title === "" ? "…" : title}</td>
    </tr>
    ${pairs(lines).map(
      ([left, right]) =>
        html`<tr>
          ${half(left, left?.oldNo)}${half(right, right?.newNo)}
        </tr>`,
    )}`;
}

function half(line: PatchLine | undefined, no: number | undefined): Html {
  if (!line)
    return html`<td class="no none"></td>
      <td class="none"></td>`;
  return html`<td class="no ${line.kind}">${no ?? ""}</td>
    <td class="${line.kind}">${marks[line.kind]}${line.text}</td>`;
}

/** What was removed stands beside what came in its place. */
function pairs(lines: readonly PatchLine[]): [PatchLine | undefined, PatchLine | undefined][] {
  const made: [PatchLine | undefined, PatchLine | undefined][] = [];
  let gone: PatchLine[] = [];
  let come: PatchLine[] = [];
  const flush = (): void => {
    for (let at = 0; at < Math.max(gone.length, come.length); at += 1) made.push([gone[at], come[at]]);
    [gone, come] = [[], []];
  };
  for (const line of lines) {
    if (line.kind === "del") {
      if (come.length > 0) flush();
      gone.push(line);
    } else if (line.kind === "add") come.push(line);
    else {
      flush();
      made.push([line, line]);
    }
  }
  flush();
  return made;
}
