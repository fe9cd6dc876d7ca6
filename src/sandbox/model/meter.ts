// Reads the usage out of an answer as it passes, whether it comes as one JSON text or as server-sent events.
import type { CallKind } from "./provider.ts";
import { readUsage, usageMarks, type UsageNews } from "./usage.ts";

export interface Meter {
  push(chunk: Buffer): void;
  end(): void;
}

/** Longer lines, or longer answers that are no stream, are passed on unread: their usage is then unknown. */
const maxKeptBytes = 4 * 1024 * 1024;
const lineFeed = 0x0a;

/**
 * Sees every chunk of an answer and tells `onNews` what is said of usage, as soon as the line with it is complete. Of a
 * stream only the line that is not yet complete is kept, of another answer the whole, 4 MB at most.
 */
export function createMeter(options: {
  kind: CallKind;
  contentType: string;
  onNews: (news: UsageNews) => void;
}): Meter {
  const { kind, onNews } = options;
  const mark = Buffer.from(usageMarks[kind]);
  const isStream = /^text\/event-stream\b/i.test(options.contentType);
  let kept: Buffer[] = [];
  let keptBytes = 0;

  function keep(piece: Buffer): void {
    keptBytes += piece.length;
    if (keptBytes <= maxKeptBytes) kept.push(piece);
    else kept = [];
  }

  /** What was kept, and forgets it; empty when it was too long. */
  function take(): Buffer {
    const [first] = kept;
    const whole = first !== undefined && kept.length === 1 ? first : Buffer.concat(kept);
    kept = [];
    keptBytes = 0;
    return whole;
  }

  function read(text: Buffer): void {
    if (text.indexOf(mark) === -1) return;
    let value: unknown;
    try {
      // A line of an event stream is `data: …` (HTML, "Server-sent events"); the space is optional.
      value = JSON.parse(text.toString("utf8").replace(/^data:/, ""));
    } catch {
      return;
    }
    // A stream of Gemini's that is no event stream is one array.
    for (const each of Array.isArray(value) ? value : [value]) {
      const news = readUsage(kind, each);
      if (news) onNews(news);
    }
  }

  return {
    push(chunk) {
      if (!isStream) return keep(chunk);
      const end = chunk.lastIndexOf(lineFeed);
      if (end === -1) return keep(chunk);
      const firstEnd = chunk.indexOf(lineFeed);
      keep(chunk.subarray(0, firstEnd));
      read(take());
      // Of the lines that are whole in this chunk only those with the mark are looked at.
      let from = firstEnd + 1;
      for (let at = chunk.indexOf(mark, from); at !== -1 && at < end; at = chunk.indexOf(mark, from)) {
        const lineStart = chunk.lastIndexOf(lineFeed, at) + 1;
        const lineEnd = chunk.indexOf(lineFeed, at);
        read(chunk.subarray(lineStart, lineEnd));
        from = lineEnd + 1;
      }
      // A copy: a slice would keep the whole chunk in memory.
      if (end + 1 < chunk.length) keep(Buffer.from(chunk.subarray(end + 1)));
    },
    end() {
      read(take());
    },
  };
}
