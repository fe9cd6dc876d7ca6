// A growing text file that is masked across chunk boundaries and keeps its start and its end.
import { closeSync, constants, openSync, writeSync } from "node:fs";

/** What this room needs of the redactor's streaming masker. */
export interface StreamMask {
  push(chunk: string): string;
  flush(): string;
}

export interface Sink {
  write(chunk: string): void;
  /** Writes what the masker held back and closes the file. */
  close(): void;
}

/** How much of the end of an output that is too long is kept: there stands why it failed. */
const tailChars = 20_000;

/**
 * Opens `path` anew for one attempt's output. Writes are synchronous, so that a noisy program is slowed by the
 * disk and never queued in memory. Of an output longer than `maxChars` its start and its end are kept, and a line
 * between them says how much is missing.
 */
export function createSink(path: string, mask: StreamMask, maxChars: number): Sink {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
  const file = openSync(path, flags, 0o600);
  const room = Math.max(0, maxChars - tailChars);
  let written = 0;
  let tail = "";
  let dropped = 0;

  function append(text: string): void {
    const head = text.slice(0, room - written);
    if (head !== "") writeSync(file, head);
    written += head.length;
    tail += text.slice(head.length);
    const over = tail.length - Math.min(tailChars, maxChars);
    if (over <= 0) return;
    dropped += over;
    tail = tail.slice(over);
  }

  return {
    write(chunk) {
      append(mask.push(chunk));
    },
    close() {
      append(mask.flush());
      if (dropped > 0) writeSync(file, `\n[cut: ${dropped} characters are missing here]\n`);
      writeSync(file, tail);
      closeSync(file);
    },
  };
}
