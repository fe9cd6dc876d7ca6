// The small real edit that the simulated implementer makes. The same checkout and goal give the same edit, and
// making it again changes nothing.
import { lstat, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isEditable, markLine } from "./editable.ts";
import { code, shorten } from "./markdown.ts";
import type { Survey } from "./relevance.ts";
import { overwriteText, readText } from "./tree.ts";

interface Edit {
  path: string;
  change: "add" | "update";
  /** What was done, in the past tense. */
  what: string;
}

export interface Edits {
  edits: Edit[];
  /** Why these files and not others, or why none. */
  why: string;
}

const maxReplaced = 20;

/** Replaces a text when the goal asks for exactly that, else marks the most relevant place, else leaves a note. */
export async function makeEdit(
  workspace: string,
  goal: string,
  survey: Survey,
  signal: AbortSignal,
): Promise<Edits> {
  const wanted = replacementIn(goal);
  const replaced = wanted && (await replaceText(workspace, survey.files, wanted, signal));
  if (replaced) return replaced;
  const note = await noteFor(workspace, goal, survey);
  if (note.isKept) return { edits: [], why: `${code(note.path)} keeps this goal already.` };
  return (await markPlace(workspace, goal, survey)) ?? (await addNote(workspace, note));
}

interface Replacement {
  from: string;
  to: string;
}

/** `replace "a" with "b"` and its kin. */
function replacementIn(goal: string): Replacement | undefined {
  const match =
    /\b(?:replace|change|rename)\b[^"'`“]{0,40}["'`“]([^"'`”\n]{2,200})["'`”][^"'`“]{0,20}\b(?:with|to|by|into)\b\s*["'`“]([^"'`”\n]{1,200})["'`”]/i.exec(
      goal,
    );
  const [, from, to] = match ?? [];
  return from === undefined || to === undefined || from === to ? undefined : { from, to };
}

async function replaceText(
  workspace: string,
  files: readonly string[],
  { from, to }: Replacement,
  signal: AbortSignal,
): Promise<Edits | undefined> {
  const edits: Edit[] = [];
  let standing = 0;
  for (const path of files) {
    signal.throwIfAborted();
    if (edits.length === maxReplaced) break;
    const text = await readText(workspace, path);
    if (text === undefined || !isEditable(path, text)) continue;
    const { replaced, times } = replaceOnce(text, { from, to });
    if (times === 0 && text.includes(to)) standing++;
    if (times === 0) continue;
    await overwriteText(workspace, path, replaced);
    const what = `replaced ${code(from, 60)} with ${code(to, 60)}, ${times === 1 ? "once" : `${times} times`}`;
    edits.push({ path, change: "update", what });
  }
  if (edits.length > 0) return { edits, why: "The goal names the text to replace, and these files had it." };
  return standing > 0
    ? { edits, why: `${code(to, 60)} stands there already; nothing is left to do.` }
    : undefined;
}

/** Text that already has the new form is left alone, so that doing it again changes nothing. */
function replaceOnce(text: string, { from, to }: Replacement): { replaced: string; times: number } {
  const kept = to.includes(from) ? text.split(to) : [text];
  const times = kept.reduce((sum, part) => sum + part.split(from).length - 1, 0);
  return { replaced: kept.map((part) => part.replaceAll(from, () => to)).join(to), times };
}

async function markPlace(workspace: string, goal: string, survey: Survey): Promise<Edits | undefined> {
  const note = commentText(goal);
  for (const { path, hits, words } of survey.related) {
    const text = await readText(workspace, path);
    if (text === undefined || !isEditable(path, text)) continue;
    const mark = markLine(path, text, hits[0]?.line ?? 1, note);
    if (!mark) continue;
    const named = words.map((word) => code(word)).join(", ");
    const why = `Of ${survey.files.length} files this one has most to do with the goal: it names ${named}.`;
    if (!mark.isNew)
      return { edits: [], why: `${code(path)} is marked with this goal already (line ${mark.line}).` };
    await overwriteText(workspace, path, mark.text);
    return { edits: [{ path, change: "update", what: `marked line ${mark.line} with the goal` }], why };
  }
  return undefined;
}

interface Note {
  folder: string;
  path: string;
  line: string;
  /** What the file holds already; undefined: there is none. */
  text: string | undefined;
  isKept: boolean;
}

async function noteFor(workspace: string, goal: string, survey: Survey): Promise<Note> {
  const folder = (await isFreeFor(workspace, "docs")) ? "docs" : "patchbay-notes";
  const words = survey.words
    .slice(0, 5)
    .join("-")
    .replaceAll(/[^\p{L}\p{N}-]/gu, "");
  const path = `${folder}/note-${words.slice(0, 60) || "goal"}.md`;
  const line = `To do (simulated): ${commentText(goal)}`;
  const text = (await isFreeFor(workspace, folder)) ? await readText(workspace, path) : undefined;
  return { folder, path, line, text, isKept: text?.split("\n").includes(line) ?? false };
}

async function addNote(workspace: string, { folder, path, line, text }: Note): Promise<Edits> {
  if (!(await isFreeFor(workspace, folder))) return { edits: [], why: `${code(folder)} is not a folder.` };
  const why = "No file that may be edited has to do with the goal's words, so a note keeps it.";
  if (text !== undefined) {
    await overwriteText(workspace, path, `${text.trimEnd()}\n\n${line}\n`);
    return { edits: [{ path, change: "update", what: "added the goal to a note" }], why };
  }
  if (await lstat(join(workspace, path)).catch(() => undefined)) {
    return { edits: [], why: `${code(path)} is in the way and no text.` };
  }
  await mkdir(join(workspace, folder), { recursive: true });
  await writeFile(join(workspace, path), `# Note\n\n${line}\n`, { flag: "wx" });
  return { edits: [{ path, change: "add", what: "added a note that states the goal" }], why };
}

/** Whether the name is a real folder or nothing yet: a link could lead out of the workspace. */
async function isFreeFor(workspace: string, folder: string): Promise<boolean> {
  const found = await lstat(join(workspace, folder)).catch(() => undefined);
  return found === undefined || found.isDirectory();
}

/** The goal as the inside of any comment: one line that can neither end nor continue it. */
function commentText(goal: string): string {
  const safe = shorten(goal.replaceAll(/[^\p{L}\p{N}\p{P}\p{S}\s]/gu, ""), 90);
  return safe
    .replaceAll(/\*\/|\/\*|-->|<!--/g, " ")
    .replaceAll(/\\+$/g, "")
    .trim();
}
