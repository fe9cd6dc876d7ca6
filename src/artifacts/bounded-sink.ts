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
  const kept = Math.min(tailChars, maxChars);
  let written = 0;
  /** What came after the start, in pieces; cut to its end when it is twice as long as that may be. */
  let tail: string[] = [];
  let tailLength = 0;
  let dropped = 0;

  function append(text: string): void {
    const head = written < room ? text.slice(0, room - written) : "";
    if (head !== "") writeSync(file, head);
    written += head.length;
    if (head.length === text.length) return;
    const rest = head === "" ? text : text.slice(head.length);
    if (rest.length >= kept) {
      dropped += tailLength + rest.length - kept;
      tail = [rest.slice(rest.length - kept)];
      tailLength = kept;
      return;
    }
    tail.push(rest);
    tailLength += rest.length;
    if (tailLength > 2 * kept) cutTail();
  }

  function cutTail(): void {
    const whole = tail.join("");
    const over = Math.max(0, whole.length - kept);
    dropped += over;
    tail = [whole.slice(over)];
    tailLength = whole.length - over;
  }

  return {
    write(chunk) {
      append(mask.push(chunk));
    },
    close() {
      append(mask.flush());
      cutTail();
      if (dropped > 0) writeSync(file, `\n[cut: ${dropped} characters are missing here]\n`);
      writeSync(file, tail.join(""));
      closeSync(file);
    },
  };
}
