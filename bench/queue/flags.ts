// What `npm run bench queue -- …` understands.
import { parseArgs } from "node:util";
import { z } from "zod";

export const Section = z.enum(["enqueue", "claim", "latency", "idle", "webhook"]);
export type Section = z.infer<typeof Section>;

export interface Flags {
  /** The backlog of a million too. */
  full: boolean;
  /** A folder with the other queues' packages. */
  opponents: string | undefined;
  /** Where the files go, on the disk that is to be measured; the system's temporary folder unless told. */
  folder: string | undefined;
  /** All of them unless told. */
  only: readonly Section[];
  /** Whether docs/benchmarks.md and its pictures are written; only after a run of all sections. */
  write: boolean;
}

export function readFlags(args: string[]): Flags {
  const { values } = parseArgs({
    args,
    options: {
      full: { type: "boolean", default: false },
      opponents: { type: "string" },
      folder: { type: "string" },
      only: { type: "string" },
      write: { type: "boolean", default: false },
    },
  });
  const { full, opponents, folder, only, write } = values;
  return {
    full,
    opponents,
    folder,
    write,
    only: only === undefined ? Section.options : z.array(Section).parse(only.split(",")),
  };
}
