// What was run to try the changes, and how it ended, as a part of report.md. Pure.
import { codeSpan, fenced, oneLine, shorten } from "../publisher/render/fence.ts";
import type { CandidateLabel } from "../job/compare.ts";
import type { Verified, VerifyRun } from "../job/verify.ts";

/** Of the end of what a command said. */
const maxShownChars = 3000;

interface Tried {
  verified: Verified;
  label: CandidateLabel | undefined;
}

/** A table for each change that was tried; empty when none was. */
export function verifyReport(tried: readonly Tried[]): string {
  return tried.map(section).join("\n\n");
}

function section({ verified, label }: Tried): string {
  const { status, sent_back: sentBack, runs } = verified;
  const of = label === undefined ? "" : ` of ${label}`;
  if (status === "not_run") return `**Checks${of}:** not run, since the agent was simulated`;
  const back =
    sentBack === 0
      ? ""
      : `, after a failure went back to the agent ${sentBack === 1 ? "once" : `${sentBack} times`}`;
  const verdict = status === "passed" ? "✅ passed" : "❌ failed";
  return [
    `**Checks${of}:** ${verdict}${back}`,
    "",
    "| command | ended with | time |",
    "| --- | --- | --- |",
    ...runs.map((run) => `| ${cell(run.command)} | ${endOf(run)} | ${seconds(run.duration_ms)} |`),
    ...runs.map(said).flatMap((text) => (text === "" ? [] : ["", text])),
  ].join("\n");
}

/** As code in a table, whatever it holds. */
function cell(command: string): string {
  return codeSpan(shorten(oneLine(command), 120)).replaceAll("|", "\\|");
}

function said({ command, output }: VerifyRun): string {
  if (output === undefined || output === "") return "";
  const title = `what ${oneLine(command)
    .slice(0, 80)
    .replaceAll(/[&<>`*_]/g, " ")} said`;
  return `<details>\n<summary>${title}</summary>\n\n${fenced(output.slice(-maxShownChars))}\n\n</details>`;
}

function endOf({ status, exit_code: exitCode }: VerifyRun): string {
  switch (status) {
    case "passed":
      return "✅ 0";
    case "failed":
      return exitCode === null ? "❌ a signal" : `❌ ${exitCode}`;
    case "timeout":
      return "⏱️ out of time";
    case "stopped":
      return "❌ ended at a limit";
  }
}

function seconds(ms: number): string {
  return ms < 9950 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}
