// What the chains say of each other.
import { join } from "node:path";
import { z } from "zod";
import { type Entry, Head, readEntry } from "./entry.ts";
import type { ChainName } from "./folder.ts";
import { readLines } from "./lines.ts";

/** Somebody has seen that a chain had this hash at this place. */
export interface Claim extends Head {
  /** Who says so, for people. */
  by: string;
}

const Heads = z.object({ heads: z.array(Head) });

/** By chain, what others remember of it. A file that can't be read says nothing: it is told where it is checked. */
export async function collectClaims(
  folder: string,
  chains: readonly ChainName[],
): Promise<Map<string, Claim[]>> {
  const claims = new Map<string, Claim[]>();
  for (const { file } of chains) {
    try {
      for await (const { number, bytes, whole } of readLines(join(folder, file))) {
        // Cheap, since most lines say nothing of others.
        if (!whole || !bytes.includes('"heads":[{')) continue;
        for (const head of headsOf(readEntry(bytes))) {
          const claim = { ...head, by: `${file}, line ${number}` };
          const known = claims.get(head.chain);
          if (known) known.push(claim);
          else claims.set(head.chain, [claim]);
        }
      }
    } catch {
      continue;
    }
  }
  return claims;
}

/** The heads of other chains that an entry remembers. */
function headsOf(entry: Entry | undefined): Head[] {
  if (entry?.kind !== "chain_opened" && entry?.kind !== "heads") return [];
  return Heads.safeParse(entry.fields).data?.heads ?? [];
}
