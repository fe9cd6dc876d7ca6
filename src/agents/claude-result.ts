// The last line of Claude Code's stream. `subtype` alone proves nothing: it says "success" on an API error too.
import { z } from "zod";
import type { AgentEvent } from "./agent.ts";
import { classifyFailure, type Failure } from "./failure.ts";
import { toolDetail } from "./stream.ts";

const count = z.int().nonnegative().catch(0);

export const ResultLine = z.object({
  subtype: z.string(),
  is_error: z.boolean().default(false),
  result: z.string().nullish(),
  errors: z.array(z.string()).nullish().catch(undefined),
  session_id: z.string().optional(),
  stop_reason: z.string().nullish(),
  terminal_reason: z.string().nullish(),
  api_error_status: z.number().nullish(),
  total_cost_usd: z.number().nonnegative().nullish(),
  usage: z
    .object({
      input_tokens: count,
      cache_read_input_tokens: count,
      cache_creation_input_tokens: count,
      output_tokens: count,
    })
    .nullish()
    .catch(undefined),
  permission_denials: z.array(z.object({ tool_name: z.string(), tool_input: z.unknown() })).catch([]),
});
export type ResultLine = z.infer<typeof ResultLine>;

/** Usage, denials, and either the final message or the error. */
export function claudeResult(line: ResultLine): AgentEvent[] {
  const events: AgentEvent[] = [];
  if (line.session_id !== undefined) events.push({ type: "session", sessionId: line.session_id });
  if (line.usage) {
    const { usage } = line;
    events.push({
      type: "usage",
      // Its input tokens leave out those of the cache.
      tokensIn: usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens,
      tokensOut: usage.output_tokens,
      costUsd: line.total_cost_usd ?? undefined,
      // In a resumed session the cost goes on from before, the tokens start anew.
      cumulative: "cost",
    });
  }
  for (const denial of line.permission_denials) {
    events.push({ type: "denied", tool: denial.tool_name, detail: toolDetail(denial.tool_input) });
  }
  const failure = failureOf(line);
  const said = line.result?.trim() || line.errors?.join("; ") || describe(line);
  if (failure) events.push({ type: "error", ...failure, message: said });
  else events.push({ type: "final", text: line.result ?? "" });
  return events;
}

function failureOf(line: ResultLine): Failure | undefined {
  if (line.subtype === "error_max_turns" || line.terminal_reason === "max_turns") {
    return { code: "max_turns", retryable: false };
  }
  if (line.subtype === "error_max_budget_usd") return { code: "budget", retryable: false };
  if (line.stop_reason === "refusal") return { code: "refused", retryable: false };
  const httpStatus = line.api_error_status ?? undefined;
  const completed =
    line.terminal_reason === undefined ||
    line.terminal_reason === null ||
    line.terminal_reason === "completed";
  if (!line.is_error && httpStatus === undefined && completed && line.subtype === "success") return undefined;
  const text = [line.result, ...(line.errors ?? []), line.terminal_reason].filter(Boolean).join("\n");
  return classifyFailure({ httpStatus, text }) ?? { code: "crashed", retryable: false };
}

function describe(line: ResultLine): string {
  const status = line.api_error_status ? `, status ${line.api_error_status}` : "";
  return `the run ended as ${line.subtype}${line.terminal_reason ? ` (${line.terminal_reason})` : ""}${status}`;
}
