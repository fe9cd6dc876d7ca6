// Chunks of text to whole lines, in bounded memory.

export interface LineSplitter {
  push(chunk: string): void;
  /** Hands on a last line without a line end. */
  flush(): void;
}

/** A program that writes byte by byte must not make a string of a million links. */
const maxPieces = 256;

/** Calls `onLine` for each line, without its end; of a line longer than `maxChars` only the start is handed on. */
export function createLineSplitter(onLine: (line: string) => void, maxChars = 1_000_000): LineSplitter {
  let joined: string[] = [];
  let pieces: string[] = [];
  let length = 0;

  function keep(text: string): void {
    const room = maxChars - length;
    if (room <= 0 || text === "") return;
    const kept = text.length > room ? text.slice(0, room) : text;
    pieces.push(kept);
    length += kept.length;
    if (pieces.length < maxPieces) return;
    joined.push(pieces.join(""));
    pieces = [];
  }

  function hand(): void {
    const line =
      joined.length + pieces.length === 1 ? (joined[0] ?? pieces[0] ?? "") : joined.concat(pieces).join("");
    joined = [];
    pieces = [];
    length = 0;
    onLine(line.endsWith("\r") ? line.slice(0, -1) : line);
  }

  return {
    push(chunk) {
      let start = 0;
      for (let end = chunk.indexOf("\n"); end !== -1; end = chunk.indexOf("\n", start)) {
        keep(chunk.slice(start, end));
        hand();
        start = end + 1;
      }
      if (start < chunk.length) keep(chunk.slice(start));
    },
    flush() {
      if (length > 0) hand();
    },
  };
}
