// How a job that did not succeed is told: the class of failure, the reason, what to do.
import { z } from "zod";
import { GateDetails } from "../../job/finding.ts";
import { type HeldPatch, shortHash } from "../../job/held-patch.ts";
import type { JobResult } from "../../job/result.ts";
import type { Landing } from "../landing.ts";
import { stepName } from "./checklist.ts";
import { failureOf } from "./failure.ts";
import { codeSpan, shorten } from "./fence.ts";
import { plainLine } from "./plain.ts";
import type { Voice } from "./voice.ts";

const InStep = z.object({ step_id: z.string().regex(/^[0-9A-Za-z][0-9A-Za-z_-]{0,63}$/) });

/** The commit that is to be approved. */
const Approve = z.object({ approve: z.string().regex(/^[0-9a-f]{7,64}$/) });

const maxFindings = 20;

/** The title of a job that ended otherwise than with success. */
export function endedTitle(result: JobResult): string {
  const inStep = InStep.safeParse(result.error?.details);
  const where = inStep.success ? ` in ${stepName(inStep.data.step_id)}` : "";
  const code = result.error?.code ?? "step_failed";
  switch (result.status) {
    case "timeout":
      return `⏱️ Out of time${where}`;
    case "cancelled":
      if (result.decision?.kind === "expired") return `⌛ Expired: ${plainLine(result.summary, 60)}`;
      return result.decision?.kind === "discarded"
        ? `🗑️ Discarded by ${plainLine(result.decision.login, 60)}`
        : "🚫 Cancelled";
    case "needs_human":
      return code === "awaiting_human" || !result.error
        ? `✋ Waits for approval${where}`
        : `✋ Held: ${failureOf(code).words}`;
    default:
      return `❌ Failed${where}: ${failureOf(code).words}`;
  }
}

/** Which rule stopped what, as a list; the error's own message where there are no findings. */
export function heldFindings(result: JobResult, voice: Voice): string {
  const parsed = GateDetails.safeParse(result.error?.details);
  const message = voice.mask(result.error?.message ?? "");
  if (!parsed.success || parsed.data.findings.length === 0) {
    return message === "" || result.status === "cancelled" ? "" : `**Why:** ${plainLine(message, 800)}`;
  }
  const { findings, total } = parsed.data;
  const lines = findings.slice(0, maxFindings).map(({ rule, path, line, message }) => {
    const where = path === "" ? "" : ` · ${codeSpan(shorten(voice.mask(path), 200))}`;
    const at = line === undefined ? "" : ` line ${line}`;
    return `- **${rule}**${where}${at} · ${plainLine(voice.mask(message), 300)}`;
  });
  const more = Math.max(total, findings.length) - lines.length;
  if (more > 0) lines.push(`- and ${more} more`);
  return lines.join("\n");
}

/** How what is held is released or dropped, and by whom. */
export function releaseHint({ sha256, details }: HeldPatch, voice: Voice): string {
  const who = details.release_by === "write" ? "write permission" : "maintain or admin permission";
  const apply = codeSpan(`${voice.trigger} apply ${shortHash(sha256)}`);
  const workflow = details.findings.some(({ rule }) => rule === "workflow")
    ? " GitHub lets an App push workflow files only with the `workflows` permission: if it refuses, apply the patch by hand."
    : "";
  return (
    `**Next:** look at the change. Someone with ${who} can publish it with ${apply}, ` +
    `or drop it with ${codeSpan(`${voice.trigger} discard`)}.${workflow}`
  );
}

/** What a person can do now. */
export function whatNext(result: JobResult, voice: Voice): string {
  if (result.status === "cancelled") return "Nothing was pushed.";
  if (result.status === "needs_human") {
    const sha = Approve.safeParse(result.error?.details).data?.approve ?? "";
    const go = `${codeSpan(`${voice.trigger} approve ${sha}`.trim())} lets it go on`;
    return `**Next:** ${go}, ${codeSpan(`${voice.trigger} discard`)} ends it.`;
  }
  const code = result.error?.code ?? (result.status === "timeout" ? "timeout" : "step_failed");
  return `**Next:** ${failureOf(code).next}`;
}

/** A patch that holds a secret is shown to nobody, masked or not. */
export function mayShowPatch(result: JobResult, landing: Landing): boolean {
  if (result.secrets_check === "failed" || result.error?.code === "secrets_check_failed") return false;
  return landing.kind !== "refused" || landing.code !== "secrets_check_failed";
}
