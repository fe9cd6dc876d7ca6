// A job's end, or a person's decision, that could not be carried out because of a bug: at least that is said.
import type { Artifacts } from "../artifacts/store.ts";
import { UserError } from "../errors.ts";
import type { Intent } from "../job/intent.ts";
import type { Claim, Queue } from "../queue/contract.ts";

/** Returns what the outbox's consumer is to call before it gives an intent up. A reply is not told by a reply. */
export function createUnsaid(
  outbox: Pick<Queue<Intent>, "enqueue">,
  artifacts: Pick<Artifacts, "readJob" | "readResult" | "writeResult">,
): (claim: Claim<Intent>, error: unknown) => Promise<void> {
  return async ({ ticket }, error) => {
    const intent = ticket.payload;
    if (intent.kind !== "publish" && intent.kind !== "decide") return;
    const why = error instanceof UserError ? error.message : "internal error";
    const result = await artifacts.readResult(intent.job_id);
    const warning = `could not be said on GitHub: ${why}`;
    if (result && !result.warnings.includes(warning)) {
      await artifacts.writeResult({ ...result, warnings: [...result.warnings, warning] });
    }
    const { repository, target } = (await artifacts.readJob(intent.job_id)) ?? {};
    if (!repository || !target) return;
    const marker = `${intent.job_id.slice(-60)}-${intent.kind === "publish" ? intent.epoch : intent.marker.slice(-30)}`;
    const body =
      `Patchbay could not say what came of job \`${intent.job_id}\`: ${why}. ` +
      "Its operator finds the reason in the log under this number.";
    await outbox.enqueue({
      id: `${marker}-unsaid`,
      key: `job:${intent.job_id}`,
      payload: { kind: "reply", repository, number: target.number, marker, body },
    });
  };
}
