// How a job that did not succeed is told: the class of failure, the reason, what to do.
import { z } from "zod";
import { GateDetails } from "../../job/finding.ts";
import type { JobResult } from "../../job/result.ts";
import type { Landing } from "../landing.ts";
import { stepName } from "./checklist.ts";
import { failureOf } from "./failure.ts";
import { codeSpan, shorten } from "./fence.ts";
import { plainLine } from "./plain.ts";
import type { Voice } from "./voice.ts";

const InStep = z.object({ step_id: z.string().regex(/^[0-9A-Za-z][0-9A-Za-z_-]{0,63}$/) });

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
      return "🚫 Cancelled";
    case "needs_human":
      return `✋ Held for a person: ${failureOf(result.error?.code ?? "awaiting_human").words}`;
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

/** What a person can do now. */
export function whatNext(result: JobResult): string {
  if (result.status === "cancelled") return "Nothing was pushed.";
  const code = result.error?.code ?? (result.status === "timeout" ? "timeout" : "step_failed");
  return `**Next:** ${failureOf(code).next}`;
}

/** A patch that holds a secret is shown to nobody, masked or not. */
export function mayShowPatch(result: JobResult, landing: Landing): boolean {
  if (result.secrets_check === "failed" || result.error?.code === "secrets_check_failed") return false;
  return landing.kind !== "refused" || landing.code !== "secrets_check_failed";
}
