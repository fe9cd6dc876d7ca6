// The names in var/audit: one file for each chain, sorted by the time at which it was opened.
import { readdir } from "node:fs/promises";
import { errorCode } from "../io/file.ts";
import { ChainId } from "./entry.ts";

export interface ChainName {
  file: string;
  chain: string;
  openedAt: Date;
}

/** The file's name for a chain that is opened now, such as `20260812T074900123Z-<chain>.jsonl`. */
export function fileNameOf(chain: string, openedAt: Date): string {
  return `${openedAt.toISOString().replaceAll(/[-:.]/g, "")}-${chain}.jsonl`;
}

/** The chains of a folder, oldest first, and the names that are none. A folder that isn't there has none. */
export async function listChains(folder: string): Promise<{ chains: ChainName[]; others: string[] }> {
  const chains: ChainName[] = [];
  const others: string[] = [];
  for (const file of (await namesIn(folder)).toSorted()) {
    const name = parseName(file);
    if (name) chains.push(name);
    else others.push(file);
  }
  return { chains, others };
}

function parseName(file: string): ChainName | undefined {
  const found = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-([0-9a-f]{32})\.jsonl$/.exec(file);
  if (!found) return undefined;
  const [, year, month, day, hour, minute, second, ms, chain] = found;
  const openedAt = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
  return Number.isNaN(openedAt.getTime()) ? undefined : { file, chain: ChainId.parse(chain), openedAt };
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}
