// Where the secrets of a text are, and up to where that is certain when more text is to come.
import { lowBytes } from "./redact-bytes.ts";
import { createHeld } from "./redact-held.ts";
import { createLiteralMatcher } from "./redact-literals.ts";
import { createPairMatcher } from "./redact-pairs.ts";
import { patterns, type Pattern } from "./redact-patterns.ts";

/** One fixed string to look for. */
export interface Literal {
  text: string;
  name: string;
  /** `shield`: a mask of ours, in which nothing is looked for. */
  kind: "anywhere" | "word" | "shield";
}

export interface Span {
  start: number;
  end: number;
  name: string;
  kind: Literal["kind"] | "pattern";
  /** The match began here, before `start` when something visible leads to the secret. */
  anchor: number;
  /** Counts only where no word character stands before it, or a secret ends. */
  atWordStart: boolean;
  certain: boolean;
}

export interface Scan {
  /** By start; still to be asked of each with `atWordStart`: whether it is. */
  spans: Span[];
  /** Everything that starts before this is known. */
  limit: number;
}

const anchors = patterns.flatMap((pattern) => pattern.anchors.map((anchor) => ({ anchor, pattern })));
const anchorMatcher = createPairMatcher(anchors.map(({ anchor }) => anchor));

/** Returns a function that looks for these literals and for the well-known patterns. */
export function createScan(literals: readonly Literal[]) {
  const anywhere = literals.filter((literal) => literal.kind !== "word");
  const words = literals.filter((literal) => literal.kind === "word");
  const anywhereMatcher = createLiteralMatcher(anywhere.map((literal) => literal.text));
  const wordMatcher = createLiteralMatcher(words.map((literal) => literal.text));
  const heldFrom = createHeld([...literals.map(({ text }) => text), ...anchors.map(({ anchor }) => anchor)]);
  const holdsWords = words.length > 0;

  /**
   * `before` is what stood before the text, `edge` where a secret found earlier ended; `final`: no more text will
   * come.
   */
  return (text: string, before: string, edge: number, final: boolean): Scan => {
    const bytes = lowBytes(text);
    const spans: Span[] = [];
    let limit = final ? text.length : heldFrom(text, bytes, 0);

    anywhereMatcher.each(text, 0, (index, at) => {
      const literal = anywhere[index];
      if (literal) spans.push(spanOf(literal, at));
    });

    const late: { pattern: Pattern; at: number }[] = [];
    anchorMatcher.each(text, bytes, 0, (index, at) => {
      const pattern = anchors[index]?.pattern;
      if (pattern?.atWordStart) late.push({ pattern, at });
      else if (pattern) limit = Math.min(limit, tryPattern(pattern, text, at, final, spans));
    });
    if (!holdsWords && late.length === 0 && spans.length === 0) return { spans, limit };

    const solid = createEdges(spans.slice());
    const mayStart = (at: number): boolean =>
      at === edge || isWordStart(text, at, before) || solid().ends.has(at);
    for (const { pattern, at } of late) {
      if (mayStart(at)) limit = Math.min(limit, tryPattern(pattern, text, at, final, spans));
    }
    wordMatcher.each(text, 0, (index, at) => {
      const literal = words[index];
      if (!literal || !mayStart(at)) return;
      const end = at + literal.text.length;
      if (!isWordChar(text, end) || solid().starts.has(end)) spans.push(spanOf(literal, at));
      // What begins there may turn out to be a secret, and then this is a whole word.
      else if (!final && end >= limit) limit = Math.min(limit, at);
    });

    return { spans: spans.toSorted(inOrder), limit: final ? limit : withoutCuts(spans, limit) };
  };
}

/** How many characters before a place decide whether a word starts there. */
export const contextLength = 2;

/**
 * Whether no word character stands before `at`; that of an escape such as `\n` in JSON is none. `before` is what stands
 * before the text.
 */
export function isWordStart(text: string, at: number, before: string): boolean {
  const lead = at < contextLength ? before + text.slice(0, at) : text.slice(at - contextLength, at);
  return !isWordChar(lead, lead.length - 1) || /\\[bfnrt]$/.test(lead);
}

function isWordChar(text: string, at: number): boolean {
  return /[\p{L}\p{N}_]/u.test(text.charAt(at));
}

/** Returns a function that tells where these secrets start and end; most texts never ask. */
function createEdges(spans: readonly Span[]) {
  let edges: { starts: Set<number>; ends: Set<number> } | undefined;
  return () => {
    if (!edges) {
      const secrets = spans.filter((span) => span.kind !== "shield");
      edges = {
        starts: new Set(secrets.map((span) => span.start)),
        ends: new Set(secrets.map((span) => span.end)),
      };
    }
    return edges;
  };
}

function spanOf(literal: Literal, at: number): Span {
  const { name, kind, text } = literal;
  const atWordStart = kind === "word";
  return { start: at, end: at + text.length, name, kind, anchor: at, atWordStart, certain: true };
}

/** Adds the match at `at`, if any. Returns the limit that it sets: `at` while more text could change it. */
function tryPattern(pattern: Pattern, text: string, at: number, final: boolean, spans: Span[]): number {
  if (!final) {
    pattern.reach.lastIndex = at;
    const reached = at + (pattern.reach.exec(text)?.[0].length ?? 0);
    if (reached >= text.length) return at;
  }
  pattern.match.lastIndex = at;
  const found = pattern.match.exec(text);
  if (found) {
    const end = at + found[0].length;
    const { name, atWordStart, certain } = pattern;
    const start = end - (found[1] ?? found[0]).length;
    spans.push({ start, end, name, kind: "pattern", anchor: at, atWordStart, certain });
  }
  return text.length;
}

/** Lowers the limit so that it separates no secret from what shows that it is one. */
function withoutCuts(spans: readonly Span[], limit: number): number {
  let lowest = limit;
  for (const span of spans.toSorted((a, b) => b.anchor - a.anchor)) {
    const needed = span.kind === "word" ? span.end : span.start;
    if (span.anchor < lowest && needed >= lowest) lowest = span.anchor;
  }
  return lowest;
}

function inOrder(a: Span, b: Span): number {
  return a.start - b.start || b.end - a.end || (a.name < b.name ? -1 : 1);
}
