// The ledger as files, for the processes of one machine: `state.json`, and a line for each run in `<day>.jsonl`.
import { constants, readFileSync, readdirSync, renameSync, unlinkSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { errorCode } from "../io/file.ts";
import { openFolderLock } from "../io/folder-lock.ts";
import { appendLinesSync, replaceFileSync } from "../io/replace-file.ts";
import type { Ledger } from "./ledger.ts";
import { parseJson, readLedger } from "./read-ledger.ts";
import { rebuildLedger } from "./rebuild.ts";
import { lastWords, Spending } from "./spending.ts";
import type { BudgetStore } from "./store.ts";

const dayFile = /^(\d{4}-\d{2}-\d{2})\.jsonl$/;
/** How many days' files are kept. */
const keptDays = 400;
/** How far back a lost state is told again from the days' files. */
const rebuiltDays = 31;

/** Opens the store in `folder`, which it makes. `onDamaged` hears of a state that could not be read and was told anew. */
export async function openFileBudgetStore(options: {
  folder: string;
  onDamaged: (path: string) => void;
}): Promise<BudgetStore> {
  const { folder, onDamaged } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const lock = openFolderLock(join(folder, "lock"));
  const statePath = join(folder, "state.json");

  function readState(): Ledger | undefined {
    const text = readText(statePath);
    if (text === undefined) return retell();
    const state = readLedger(text, statePath);
    if (state) return state;
    const aside = `${statePath}.damaged`;
    renameSync(statePath, aside);
    onDamaged(aside);
    return retell();
  }

  /** From what was written down of each run; holds are lost with the state, since their owners may be dead. */
  function retell(): Ledger | undefined {
    const days = daysIn(folder).slice(-rebuiltDays);
    return rebuildLedger(days.map((day) => ({ day, lines: lastWords(readDay(day)) })));
  }

  function readDay(day: string): Spending[] {
    const lines = (readText(join(folder, `${day}.jsonl`)) ?? "").split("\n");
    return lines.flatMap((line) => {
      const spending = Spending.safeParse(parseJson(line));
      return spending.success ? [spending.data] : [];
    });
  }

  return {
    change: (change) =>
      lock.run(() => {
        const before = readState();
        const { ledger, lines, answer } = change(before);
        // First the line, then the sum: after a crash between the two the hold is still there, and its end is told again.
        if (lines.length > 0) {
          appendLinesSync(
            join(folder, `${ledger.day}.jsonl`),
            lines.map((line) => JSON.stringify(line)),
          );
        }
        replaceFileSync(statePath, `${JSON.stringify(ledger)}\n`);
        if (before?.day !== ledger.day) {
          for (const day of daysIn(folder).slice(0, -keptDays)) unlinkSync(join(folder, `${day}.jsonl`));
        }
        return answer;
      }),
    spending: (day) => Promise.resolve(z.iso.date().safeParse(day).success ? lastWords(readDay(day)) : []),
    close() {
      lock.close();
      return Promise.resolve();
    },
  };
}

function daysIn(folder: string): string[] {
  return readdirSync(folder)
    .flatMap((name) => dayFile.exec(name)?.[1] ?? [])
    .toSorted();
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, { encoding: "utf8", flag: constants.O_RDONLY | constants.O_NOFOLLOW });
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
