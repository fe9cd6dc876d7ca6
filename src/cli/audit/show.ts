// `patchbay audit show`: the audit log for people.
import type { Entry } from "../../audit/entry.ts";
import { readEntries } from "../../audit/read-entries.ts";
import { UserError } from "../../errors.ts";
import { folderOf } from "./folder-option.ts";

export interface ShowOptions {
  job?: string;
  limit: string;
  json?: boolean;
  folder?: string;
}

/** Of the chains themselves: of no use to whoever wants to know what happened. */
const bookkeeping = new Set(["chain_opened", "heads", "chain_closed"]);

/** Prints the last entries, oldest first; those of one job when it is named, by the start or the end of its id. */
export async function show(options: ShowOptions): Promise<void> {
  const { job } = options;
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1)
    throw new UserError(`--limit: "${options.limit}" is not a number`);
  if (job !== undefined && job.length < 4)
    throw new UserError(`--job: "${job}" is too short; say 4 characters or more`);
  const entries = await readEntries(folderOf(options), {
    limit,
    wanted: ({ kind, fields }) =>
      !bookkeeping.has(kind) && (job === undefined || isOf(job, fields["job_id"])),
  });
  if (options.json === true) {
    for (const entry of entries) console.log(JSON.stringify(entry));
    return;
  }
  if (entries.length === 0) console.log(job === undefined ? "no entries" : `no entries about the job ${job}`);
  for (const entry of entries) console.log(describe(entry));
}

function isOf(job: string, id: unknown): boolean {
  return typeof id === "string" && (id.startsWith(job) || id.endsWith(job));
}

/** One line with the time and the kind, and one for each field. */
function describe({ time, kind, fields }: Entry): string {
  const lines = Object.entries(fields)
    .filter(([name, value]) => value !== null && name !== "settings")
    .map(
      ([name, value]) =>
        `    ${name}: ${printable(typeof value === "string" ? value : JSON.stringify(value))}`,
    );
  return [`${time.slice(0, 19).replace("T", " ")}  ${kind}`, ...lines].join("\n");
}

/** What strangers wrote must not steer the terminal: anything invisible is shown by its code. */
function printable(text: string): string {
  return text.replaceAll(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
