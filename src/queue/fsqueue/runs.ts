// When the last runs began and ended, for estimates: a file that all processes of the queue append to.
//
// It is never synced and nothing depends on it: without it there is no estimate until something has run again.
import { closeSync, constants, openSync, readFileSync, writeSync } from "node:fs";
import type { Run } from "../estimate.ts";
import type { Layout } from "./layout.ts";

export interface Runs {
  /** Doesn't throw: a run that couldn't be noted is missing from an average. */
  note(run: Run): void;
  /** The last 32 at most. */
  last(): Run[];
}

const remembered = 32;
const maxBytes = 64 * 1024;
const { O_RDONLY, O_WRONLY, O_CREAT, O_APPEND, O_TRUNC, O_NOFOLLOW, O_NONBLOCK } = constants;

export function createRuns({ runs: path }: Layout): Runs {
  let bytes: number | undefined;

  function last(): Run[] {
    try {
      const text = readFileSync(path, { encoding: "latin1", flag: O_RDONLY | O_NOFOLLOW | O_NONBLOCK });
      bytes = text.length;
      return text.split("\n").flatMap(parseLine).slice(-remembered);
    } catch {
      return [];
    }
  }

  return {
    last,
    note(run) {
      // When it has grown long, it begins anew with what is still of use.
      const kept = bytes === undefined || bytes > maxBytes ? last() : [];
      const isLong = (bytes ?? 0) > maxBytes;
      const lines = [...(isLong ? kept : []), run].map(formatLine).join("");
      try {
        // A single write of an appending file is whole (write(2), O_APPEND).
        const flags = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | (isLong ? O_TRUNC : 0);
        const file = openSync(path, flags, 0o600);
        try {
          writeSync(file, lines);
        } finally {
          closeSync(file);
        }
        bytes = (isLong ? 0 : (bytes ?? 0)) + lines.length;
      } catch {
        // A full disk, or something else has this name.
      }
    },
  };
}

function formatLine({ startedAt, endedAt }: Run): string {
  return `${startedAt.getTime()} ${endedAt.getTime()}\n`;
}

function parseLine(line: string): Run[] {
  const [, started, ended] = /^(\d{1,15}) (\d{1,15})$/.exec(line) ?? [];
  if (started === undefined || ended === undefined) return [];
  return [{ startedAt: new Date(Number(started)), endedAt: new Date(Number(ended)) }];
}
