// A growing text file that is masked across chunk boundaries and stops growing at a limit.
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

/**
 * Opens `path` anew for one attempt's output. Writes are synchronous, so that a noisy program is slowed by the
 * disk and never queued in memory; after `maxChars` the rest is dropped and a last line says so.
 */
export function createSink(path: string, mask: StreamMask, maxChars: number): Sink {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
  const file = openSync(path, flags, 0o600);
  let written = 0;
  let full = false;

  function append(text: string): void {
    if (full || text === "") return;
    const room = maxChars - written;
    writeSync(file, text.length <= room ? text : text.slice(0, room));
    written += Math.min(text.length, room);
    if (text.length > room) {
      full = true;
      writeSync(file, `\n[cut: more than ${maxChars} characters]\n`);
    }
  }

  return {
    write(chunk) {
      if (!full) append(mask.push(chunk));
    },
    close() {
      append(mask.flush());
      closeSync(file);
    },
  };
}
