// A patch of git's as files, hunks and lines. Pure; whatever it holds is text.
// https://git-scm.com/docs/diff-format#generate_patch_text_with_p

export interface PatchLine {
  kind: "same" | "add" | "del";
  text: string;
  oldNo: number | undefined;
  newNo: number | undefined;
}

export interface Hunk {
  title: string;
  lines: PatchLine[];
}

export interface PatchFile {
  /** Its new name; the old one of a file that is removed. */
  path: string;
  oldPath: string | undefined;
  /** What happened besides lines: "new file", "mode 100755", "binary" … */
  notes: string[];
  hunks: Hunk[];
  added: number;
  removed: number;
}

/** Lines that are no part of a patch are passed over. */
export function readPatch(text: string): PatchFile[] {
  const files: PatchFile[] = [];
  let file: PatchFile | undefined;
  let hunk: Hunk | undefined;
  let [oldNo, newNo, oldLeft, newLeft] = [0, 0, 0, 0];
  for (const line of text.split("\n")) {
    if (file && hunk && (oldLeft > 0 || newLeft > 0) && /^[ +\-\\]/.test(line)) {
      const [mark] = line;
      if (mark === "\\") continue;
      const kind = mark === "+" ? "add" : mark === "-" ? "del" : "same";
      hunk.lines.push({
        kind,
        text: line.slice(1),
        oldNo: kind === "add" ? undefined : oldNo,
        newNo: kind === "del" ? undefined : newNo,
      });
      if (kind !== "add") [oldNo, oldLeft] = [oldNo + 1, oldLeft - 1];
      if (kind !== "del") [newNo, newLeft] = [newNo + 1, newLeft - 1];
      if (kind === "add") file.added += 1;
      if (kind === "del") file.removed += 1;
      continue;
    }
    if (line.startsWith("diff --git ")) {
      file = {
        path: pathOfHeader(line),
        oldPath: undefined,
        notes: [],
        hunks: [],
        added: 0,
        removed: 0,
      };
      files.push(file);
      hunk = undefined;
    } else if (file) {
      const found = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/.exec(line);
      if (found) {
        hunk = { title: found[5] ?? "", lines: [] };
        file.hunks.push(hunk);
        [oldNo, oldLeft] = [Number(found[1]), Number(found[2] ?? 1)];
        [newNo, newLeft] = [Number(found[3]), Number(found[4] ?? 1)];
      } else readHeader(file, line);
    }
  }
  return files;
}

function readHeader(file: PatchFile, line: string): void {
  const to = /^(?:\+\+\+ |rename to |copy to )(.*)$/.exec(line)?.[1];
  const from = /^(?:rename from |copy from )(.*)$/.exec(line)?.[1];
  if (from !== undefined) file.oldPath = unquote(from);
  else if (to !== undefined && to !== "/dev/null") file.path = withoutSide(line, unquote(to));
  else if (line.startsWith("--- ") && line !== "--- /dev/null")
    file.path = withoutSide(line, unquote(line.slice(4)));
  else if (line.startsWith("new file mode "))
    file.notes.push(line.endsWith("120000") ? "new link" : "new file");
  else if (line.startsWith("deleted file mode ")) file.notes.push("removed");
  else if (line.startsWith("new mode ")) file.notes.push(`mode ${line.slice(9)}`);
  else if (line.startsWith("Binary files ") || line === "GIT binary patch") file.notes.push("binary");
}

/** `a/` and `b/` are git's; names of a rename have none. */
function withoutSide(line: string, path: string): string {
  return line.startsWith("rename ") || line.startsWith("copy ") ? path : path.replace(/^[ab]\//, "");
}

/** Both names of the header are the same where nothing below says otherwise. */
function pathOfHeader(line: string): string {
  const rest = line.slice("diff --git ".length);
  const quoted = /"((?:[^"\\]|\\.)*)"$/.exec(rest)?.[0];
  if (quoted !== undefined) return unquote(quoted).replace(/^b\//, "");
  const half = rest.slice((rest.length + 1) / 2);
  return half.replace(/^b\//, "");
}

const escapes: Record<string, string> = {
  a: "\u0007",
  b: "\b",
  t: "\t",
  n: "\n",
  v: "\v",
  f: "\f",
  r: "\r",
};

/** A name as git quotes it, in the manner of C: octal numbers are bytes (git-config(1), core.quotePath). */
export function unquote(name: string): string {
  const inner = /^"((?:[^"\\]|\\.)*)"/.exec(name)?.[1];
  if (inner === undefined) return name.replace(/\t$/, "");
  const bytes: Buffer[] = [];
  for (const part of inner.matchAll(/\\([0-7]{3})|\\(.)|([^\\]+)/gs)) {
    const [, octal, escaped, plain = ""] = part;
    if (octal !== undefined) bytes.push(Buffer.from([Number.parseInt(octal, 8) & 255]));
    else bytes.push(Buffer.from(escaped === undefined ? plain : (escapes[escaped] ?? escaped)));
  }
  return Buffer.concat(bytes).toString("utf8");
}
