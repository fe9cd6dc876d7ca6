// Chunks of text to whole lines, in bounded memory.

export interface LineSplitter {
  push(chunk: string): void;
  /** Hands on a last line without a line end. */
  flush(): void;
}

/** Calls `onLine` for each line, without its end; of a line longer than `maxChars` only the start is handed on. */
export function createLineSplitter(onLine: (line: string) => void, maxChars = 4_000_000): LineSplitter {
  let pending = "";
  let overlong = false;

  function keep(text: string): void {
    const room = maxChars - pending.length;
    if (text.length > room) overlong = true;
    pending += overlong ? text.slice(0, Math.max(0, room)) : text;
  }

  function hand(): void {
    const line = pending.endsWith("\r") ? pending.slice(0, -1) : pending;
    pending = "";
    overlong = false;
    onLine(line);
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
      if (pending !== "") hand();
    },
  };
}
