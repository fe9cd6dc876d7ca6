// Which files have to do with a goal, judged by its words alone. Deterministic.
import { compare, listFiles, readText } from "./tree.ts";

export interface Related {
  path: string;
  score: number;
  /** Of the whole file. */
  lines: number;
  /** Those of the goal's words that were found, in the goal's order. */
  words: string[];
  /** The lines that name most of them, best first, counted from 1. */
  hits: { line: number; text: string }[];
}

export interface Survey {
  words: string[];
  /** How many files there are to look at. */
  files: string[];
  related: Related[];
}

const maxRead = 800;
const maxReadChars = 12_000_000;
const maxRelated = 40;

const fillers = new Set(
  (
    "the and for with that this from into when then than not are was were has have had can could should would will " +
    "please make fix add remove change update use all any our your its their there here what which how why who where " +
    "does did doesn don isn but also just some more most very let lets get gets set new one two agent patchbay " +
    "explain implement improve handle need needs want wants file files code"
  ).split(" "),
);

/** The words of a goal that can be looked for, in order, at most 12. */
function goalWords(goal: string): string[] {
  const found = new Set(wordsOf(goal).filter((word) => word.length >= 3 && !fillers.has(word)));
  return [...found].slice(0, 12);
}

/** Looks at the checkout in `workspace` and ranks its text files by the goal's words. */
export async function survey(workspace: string, goal: string, signal: AbortSignal): Promise<Survey> {
  const words = goalWords(goal);
  const files = await listFiles(workspace, signal);
  const byPath = files
    .map((path) => ({ path, score: scorePath(path, words, goal) }))
    .toSorted((a, b) => b.score - a.score || byLength(a.path, b.path));
  const related: Related[] = [];
  let chars = 0;
  for (const { path, score } of byPath.slice(0, maxRead)) {
    signal.throwIfAborted();
    const text = await readText(workspace, path);
    if (text === undefined) continue;
    chars += text.length;
    if (chars > maxReadChars) break;
    const found = scoreText(text, words);
    const inPath = words.filter((word) => hasWord(wordsOf(path), word));
    const named = words.filter((word) => inPath.includes(word) || found.words.has(word));
    if (named.length === 0) continue;
    const total = score + found.score + named.length * 4;
    related.push({ path, score: total, lines: text.split("\n").length, words: named, hits: found.hits });
  }
  const ranked = related.toSorted((a, b) => b.score - a.score || byLength(a.path, b.path));
  return { words, files, related: ranked.slice(0, maxRelated) };
}

function scorePath(path: string, words: readonly string[], goal: string): number {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const inName = wordsOf(name);
  const inFolders = wordsOf(path.slice(0, path.length - name.length));
  let score = 0;
  if (path.includes("/") || name.includes(".")) score += goal.includes(path) ? 100 : 0;
  for (const word of words) score += hasWord(inName, word) ? 6 : hasWord(inFolders, word) ? 2 : 0;
  return score;
}

function scoreText(text: string, words: readonly string[]) {
  const found = new Set<string>();
  const scored: { line: number; text: string; count: number }[] = [];
  const stems = words.map(stemOf);
  for (const [index, line] of text.split("\n").entries()) {
    if (line.length > 400) continue;
    // Most lines are done with this, which costs little.
    const lower = line.toLowerCase();
    if (!stems.some((stem) => lower.includes(stem))) continue;
    const here = wordsOf(line);
    const named = words.filter((word) => hasWord(here, word));
    for (const word of named) found.add(word);
    if (named.length > 0) scored.push({ line: index + 1, text: line.trim(), count: named.length });
  }
  const hits = scored.toSorted((a, b) => b.count - a.count || a.line - b.line).slice(0, 5);
  // Lines that name several words at once count for more than many that name one.
  const score = hits.reduce((sum, hit) => sum + hit.count * hit.count, 0);
  return { score, words: found, hits: hits.map(({ line, text: shown }) => ({ line, text: shown })) };
}

/** Lower-case words; camelCase and snake_case names count as several. */
function wordsOf(text: string): string[] {
  return text
    .replaceAll(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}

/** Whether the word is there as it is, or with another ending. */
function hasWord(words: readonly string[], word: string): boolean {
  const stem = stemOf(word);
  return words.some((other) => other === word || stemOf(other) === stem);
}

function stemOf(word: string): string {
  const stem = word.replace(/(?:ing|ed|es|s)$/, "");
  return stem.length >= 3 ? stem : word;
}

function byLength(a: string, b: string): number {
  return a.split("/").length - b.split("/").length || compare(a, b);
}
