// What a run has come to so far, and what is known of it from elsewhere.
import type { AgentEvent, SessionUsage } from "./agent.ts";
import type { UsageTally } from "./usage.ts";

export interface FoldState {
  sessionId: string | undefined;
  /** The last message, and the final one once it was said. */
  message: string;
  final: string | undefined;
  error: Extract<AgentEvent, { type: "error" }> | undefined;
  /** A message came after the error: the CLI went on in spite of it. */
  wentOn: boolean;
  retry: Extract<AgentEvent, { type: "retry" }> | undefined;
  denied: { tool: string; detail: string }[];
  deniedCount: number;
  unparsed: number;
  /** Events that were understood. */
  events: number;
  usage: UsageTally;
}

export interface FoldContext {
  agent: string;
  endsWithFinal: boolean;
  resumed: boolean;
  sessionBefore: SessionUsage | undefined;
  warnings: readonly string[];
}
