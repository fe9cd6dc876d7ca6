// Masks a text that arrives in pieces exactly as if it had arrived whole.
import { contextLength, isWordStart, type Scan, type Span } from "./redact-scan.ts";

/** What is held back is looked at with each piece up to this length; a longer one when it has grown by a quarter. */
const maxHeldPerPiece = 1024;

/** Overlapping secrets, masked as one. */
interface Region {
  end: number;
  /** The span that gives its name: a registered one if there is any, else the longest. */
  best: Span;
}

export type ScanText = (text: string, before: string, edge: number, final: boolean) => Scan;

/**
 * Returns a function that takes the next piece of text and gives back what can be told of it, masked. `scan` is
 * asked for anew at each piece, so that a secret registered meanwhile counts. `onSpan` sees what was found.
 */
export function createFeed(scan: () => ScanText, onSpan: (span: Span) => void = () => undefined) {
  /** What waits, and the little before it that decides whether a word starts there. */
  let rest = "";
  let before = "";
  let region: Region | undefined;
  /** Where the last region ended. */
  let edge = -1;
  let shieldEnd = -1;
  /** So long must the text be before it is looked at again. */
  let enough = 0;

  function keepFrom(text: string, limit: number): void {
    const lead =
      limit < contextLength ? before + text.slice(0, limit) : text.slice(limit - contextLength, limit);
    before = lead.slice(-contextLength);
    rest = limit === text.length ? "" : text.slice(limit);
    edge -= limit;
    shieldEnd -= limit;
    if (region) region.end -= limit;
    // Each look goes through all that is held back: much of it in small pieces would cost its square.
    enough = rest.length > maxHeldPerPiece ? rest.length * 1.25 : 0;
  }

  return (piece: string, final: boolean): string => {
    const text = rest === "" ? piece : rest + piece;
    if (!final && text.length < enough) {
      rest = text;
      return "";
    }
    const { spans, limit } = scan()(text, before, region?.end ?? edge, final);
    if (spans.length === 0 && !region) {
      const plain = limit === text.length ? text : text.slice(0, limit);
      keepFrom(text, limit);
      return plain;
    }
    const out: string[] = [];
    let done = 0;

    function close(): void {
      if (!region) return;
      out.push(maskOf(region.best.name));
      done = edge = region.end;
      region = undefined;
    }

    for (const span of spans) {
      if (span.start >= limit) break;
      if (span.kind === "shield") {
        shieldEnd = Math.max(shieldEnd, span.end);
        continue;
      }
      if (span.end <= shieldEnd) continue;
      if (span.atWordStart && (region?.end ?? edge) !== span.start && !isWordStart(text, span.start, before))
        continue;
      onSpan(span);
      if (region && span.start < region.end) {
        region = { end: Math.max(region.end, span.end), best: better(region.best, span) };
        continue;
      }
      close();
      out.push(text.slice(done, span.start));
      done = span.start;
      region = { end: span.end, best: span };
    }
    if (region && region.end <= limit) close();
    if (!region) out.push(text.slice(done, limit));

    keepFrom(text, limit);
    return out.join("");
  };
}

/** What stands in a secret's place. */
export function maskOf(name: string): string {
  return `[redacted:${name}]`;
}

function better(a: Span, b: Span): Span {
  const registered = (span: Span): number => (span.kind === "pattern" ? 0 : 1);
  const more = registered(b) - registered(a) || b.end - b.start - (a.end - a.start);
  return more > 0 ? b : a;
}
