// The lines of a chain's file, one at a time, in bounded memory.
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { maxLineBytes } from "./entry.ts";

export interface Line {
  /** From 1. */
  number: number;
  /** Without its end; cut when it is too long to be an entry. */
  bytes: Buffer;
  /** False for what stands after the last line end: a process was ended while it wrote. */
  whole: boolean;
}

/** Throws when the file is a link (ELOOP), isn't there (ENOENT) or is no regular file. */
export async function* readLines(path: string): AsyncGenerator<Line> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!(await file.stat()).isFile()) throw new Error(`reading ${path}: it is not a regular file`);
    let number = 1;
    let kept: Buffer[] = [];
    let length = 0;
    const keep = (bytes: Buffer): void => {
      if (length <= maxLineBytes) kept.push(bytes);
      length += bytes.length;
    };
    const take = (whole: boolean): Line => {
      const line = { number: number++, bytes: Buffer.concat(kept), whole };
      kept = [];
      length = 0;
      return line;
    };
    const buffer = Buffer.alloc(256 * 1024);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) break;
      const chunk = Buffer.from(buffer.subarray(0, bytesRead));
      let start = 0;
      for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
        keep(chunk.subarray(start, end));
        yield take(true);
        start = end + 1;
      }
      if (start < chunk.length) keep(chunk.subarray(start));
    }
    if (length > 0) yield take(false);
  } finally {
    await file.close();
  }
}
