// Events and the end of the process, folded to an outcome. Pure, and bounded however long the run is.
import type { AgentEvent, AgentOutcome, ProcessEnd } from "./agent.ts";
import type { FoldContext, FoldState } from "./fold-state.ts";
import { failureOf } from "./outcome-error.ts";
import { addUsage, noUsage, usageOfRun } from "./usage.ts";

const maxDenied = 10;

export const emptyFold: FoldState = {
  sessionId: undefined,
  message: "",
  final: undefined,
  error: undefined,
  wentOn: false,
  retry: undefined,
  denied: [],
  deniedCount: 0,
  unparsed: 0,
  events: 0,
  usage: noUsage,
};

/** The state after one more event. */
export function foldEvent(state: FoldState, event: AgentEvent): FoldState {
  if (event.type === "unparsed") return { ...state, unparsed: state.unparsed + 1 };
  const next = { ...state, events: state.events + 1 };
  switch (event.type) {
    case "session":
      return { ...next, sessionId: event.sessionId };
    case "message":
      return event.text.trim() === ""
        ? next
        : { ...next, message: event.text, wentOn: next.error !== undefined };
    case "final":
      return { ...next, final: event.text };
    case "usage":
      return { ...next, usage: addUsage(next.usage, event) };
    case "retry":
      return { ...next, retry: event };
    case "error":
      return { ...next, error: event, wentOn: false };
    case "denied": {
      const denied = next.denied.length < maxDenied ? [...next.denied, event] : next.denied;
      return { ...next, denied, deniedCount: next.deniedCount + 1 };
    }
    case "tool":
    case "command":
    case "file_change":
      return next;
  }
}

/** The outcome of a run that ended like this. */
export function concludeFold(state: FoldState, end: ProcessEnd, context: FoldContext): AgentOutcome {
  const { run, session } = usageOfRun(state.usage, context);
  const failure = failureOf(state, end, context);
  const warnings = [...context.warnings];
  if (state.unparsed > 0) {
    const lines = state.unparsed === 1 ? "1 line" : `${state.unparsed} lines`;
    warnings.push(`${lines} of the output of ${context.agent} could not be read; raw_stdout.txt keeps them`);
  }
  if (!failure && state.error)
    warnings.push(`${context.agent} went on after an error: ${state.error.message}`);
  return {
    status: failure?.status ?? "success",
    report: reportOf(state),
    error: failure?.code ? { code: failure.code, message: failure.message } : undefined,
    sessionId: state.sessionId,
    costUsd: run.costUsd,
    tokensIn: run.tokensIn,
    tokensOut: run.tokensOut,
    sessionUsage: session,
    warnings,
  };
}

function reportOf(state: FoldState): string {
  const text = (state.final ?? "").trim() === "" ? state.message : (state.final ?? "");
  const parts = text.trim() === "" ? [] : [text.trim()];
  if (state.deniedCount > 0) {
    const shown = state.denied.map(
      ({ tool, detail }) => `\`${inline(tool)}\`${detail === "" ? "" : `: \`${inline(detail)}\``}`,
    );
    const more = state.deniedCount - state.denied.length;
    const items = [...shown, ...(more > 0 ? [`${more} more`] : [])].map((item) => `> - ${item}`);
    parts.push(`> **Not permitted in this role:**\n${items.join("\n")}`);
  }
  return parts.length === 0 ? "" : `${parts.join("\n\n")}\n`;
}

function inline(text: string): string {
  const flat = text.replaceAll(/[`\s\p{Cc}]+/gu, " ").trim();
  return flat.length <= 200 ? flat : `${flat.slice(0, 199)}…`;
}
