// What `npm run bench queue -- …` understands.
import { parseArgs } from "node:util";
import { z } from "zod";

export const Section = z.enum(["enqueue", "claim"]);
export type Section = z.infer<typeof Section>;

export interface Flags {
  /** The million, and a whole minute of idling. */
  full: boolean;
  /** A folder with the other queues' packages. */
  opponents: string | undefined;
  /** Where the files go, on the disk that is to be measured; the system's temporary folder unless told. */
  folder: string | undefined;
  /** All of them unless told; only a run of all of them writes the documentation. */
  only: readonly Section[];
}

export function readFlags(args: string[]): Flags {
  const { values } = parseArgs({
    args,
    options: {
      full: { type: "boolean", default: false },
      opponents: { type: "string" },
      folder: { type: "string" },
      only: { type: "string" },
    },
  });
  const { full, opponents, folder, only } = values;
  return {
    full,
    opponents,
    folder,
    only: only === undefined ? Section.options : z.array(Section).parse(only.split(",")),
  };
}
