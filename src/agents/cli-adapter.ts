// What makes one CLI different from the next: its command line and its stream.
import type { Agent, AgentCommand, AgentEvent, AgentRequest } from "./agent.ts";

export interface CliAdapter {
  name: string;
  binary: string;
  versionFlag: string;
  models: Agent["models"];
  repeatsFailedCalls?: Agent["repeatsFailedCalls"];
  /**
   * True for a CLI that always says when it is done: exit code 0 without its `final` event is then no success. False:
   * the last message stands for it.
   */
  endsWithFinal: boolean;
  /** The command line for a request. Throws UserError for a request that this CLI can't serve. */
  command(request: AgentRequest): { command: AgentCommand; warnings: string[] };
  /** A parser for the stream of one run. */
  createParser(request: AgentRequest): StreamParser;
}

export interface StreamParser {
  /** The events of one line of stdout. Never throws: what it doesn't know is `unparsed`. */
  line(line: string): AgentEvent[];
  /** What is left to say once the process has ended. */
  end(): AgentEvent[];
}
