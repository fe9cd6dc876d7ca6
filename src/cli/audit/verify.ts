// `patchbay audit verify`: whether the audit log is as it was written.
import { readFile } from "node:fs/promises";
import { Head } from "../../audit/entry.ts";
import { verifyAudit } from "../../audit/verify.ts";
import { explain, UserError } from "../../errors.ts";
import { folderOf } from "./folder-option.ts";

export interface VerifyOptions {
  json?: boolean;
  folder?: string;
  heads?: string;
}

/** Prints what is wrong and where; the exit status is 1 when anything is. */
export async function verify(options: VerifyOptions): Promise<void> {
  const folder = folderOf(options);
  const anchors = options.heads === undefined ? [] : await readHeads(options.heads);
  const verdict = await verifyAudit(folder, anchors);
  if (!verdict.ok) process.exitCode = 1;
  if (options.json === true) {
    console.log(JSON.stringify(verdict, undefined, 2));
    return;
  }
  for (const { file, line, text } of verdict.problems) console.log(`✗ ${place(file, line)} ${text}`);
  for (const { file, line, text } of verdict.notes) console.log(`• ${place(file, line)} ${text}`);
  const { files, entries, problems } = verdict;
  const size = `${entries} entries in ${files} files of ${folder}`;
  console.log(verdict.ok ? `✓ ${size} are as they were written` : `✗ ${size}; problems: ${problems.length}`);
  if (verdict.ok && anchors.length === 0) {
    console.log(
      "  (the newest entries could have been cut off: `--heads FILE` compares with what `patchbay audit head` printed earlier)",
    );
  }
}

function place(file: string, line: number | null): string {
  return line === null ? `${file}:` : `${file}:${line}:`;
}

/** What `patchbay audit head` printed, any number of times one after the other. Throws UserError. */
async function readHeads(path: string): Promise<Head[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new UserError(`--heads: ${explain(cause)}`, { cause });
  }
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line, index) => {
    const [chain, seq, hash] = line.trim().split(/\s+/);
    const parsed = Head.safeParse({ chain, seq: Number(seq), hash });
    if (parsed.success) return parsed.data;
    throw new UserError(`--heads: line ${index + 1} of ${path} is not what \`patchbay audit head\` prints`);
  });
}
