// `patchbay audit head`: what to keep elsewhere, so that nothing written until now can be changed unseen.
import { verifyAudit } from "../../audit/verify.ts";
import { folderOf } from "./folder-option.ts";

/** Prints one line for each head: its chain, the number of its last entry, and that one's hash. */
export async function head(options: { folder?: string }): Promise<void> {
  const { heads, ok } = await verifyAudit(folderOf(options));
  for (const { chain, seq, hash } of heads) console.log(`${chain} ${seq} ${hash}`);
  if (ok) return;
  console.error("the audit log is not sound; `patchbay audit verify` says where");
  process.exitCode = 1;
}
