// Finds whatever was changed, removed, moved, inserted or cut in the audit log, and says where.
import { checkChain, type Remark } from "./check-chain.ts";
import { type Claim, collectClaims } from "./claims.ts";
import type { Head } from "./entry.ts";
import { listChains } from "./folder.ts";

export interface Verdict {
  ok: boolean;
  files: number;
  entries: number;
  problems: Remark[];
  /** What is no problem but worth knowing: a last line that was not written to its end. */
  notes: Remark[];
  /** The heads that no other chain remembers: who keeps these elsewhere can prove all of the log. */
  heads: Head[];
}

/**
 * Reads every chain in `folder`. `anchors` are heads that were kept elsewhere: what was there then must still be
 * there. Without them nobody can tell whether the newest entries, which no other chain remembers yet, were cut off.
 * A folder without any chain proves nothing and is a problem.
 */
export async function verifyAudit(folder: string, anchors: readonly Head[] = []): Promise<Verdict> {
  const { chains, others } = await listChains(folder);
  const claims = await collectClaims(folder, chains);
  const verdict: Verdict = { ok: true, files: chains.length, entries: 0, problems: [], notes: [], heads: [] };
  for (const file of others) verdict.notes.push({ file, line: null, text: "is no file of the audit log" });

  const known = new Map<string, string>();
  for (const { file, chain } of chains) {
    const twin = known.get(chain);
    if (twin !== undefined) verdict.problems.push({ file, line: null, text: `is a copy of ${twin}` });
    known.set(chain, file);
    const claimed = claims.get(chain) ?? [];
    const kept = anchors
      .filter((head) => head.chain === chain)
      .map((head) => ({ ...head, by: "a head kept elsewhere" }));
    const checked = await checkChain({ folder, file, chain, claims: [...claimed, ...kept] });
    verdict.problems.push(...checked.problems);
    verdict.notes.push(...checked.notes);
    verdict.entries += checked.entries;
    const { head } = checked;
    if (head && !claimed.some(({ seq }) => seq === head.seq)) verdict.heads.push(head);
  }
  if (verdict.files === 0) {
    const text =
      "holds no entry: nothing was written here yet, or all of it was removed, or it is another folder";
    verdict.problems.push({ file: folder, line: null, text });
  }
  for (const [chain, [claim]] of claims) {
    if (claim && !known.has(chain)) verdict.problems.push(gone(claim));
  }
  for (const anchor of anchors) {
    if (!known.has(anchor.chain)) verdict.problems.push(gone({ ...anchor, by: "a head kept elsewhere" }));
  }
  verdict.ok = verdict.problems.length === 0;
  return verdict;
}

function gone({ chain, seq, by }: Claim): Remark {
  return {
    file: `*-${chain}.jsonl`,
    line: null,
    text: `is gone; it had ${seq + 1} entries by the word of ${by}`,
  };
}
