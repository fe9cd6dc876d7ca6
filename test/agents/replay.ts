// Runs an adapter against a stream from a file instead of its CLI.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type {
  AgentCommand,
  AgentEvent,
  AgentOutcome,
  AgentRequest,
  ProcessEnd,
} from "../../src/agents/agent.ts";
import { createCliAgent } from "../../src/agents/cli-agent.ts";
import type { CliAdapter } from "../../src/agents/cli-adapter.ts";
import { ask } from "./requests.ts";

export interface Replayed {
  outcome: AgentOutcome;
  events: AgentEvent[];
  commands: AgentCommand[];
}

/** A run whose every start prints `fixture` (`<cli>/<name>`; undefined: nothing) and ends like `end`. */
export async function replay(
  adapter: CliAdapter,
  fixture: string | undefined,
  end: Partial<ProcessEnd> = {},
  change: Partial<AgentRequest> = {},
): Promise<Replayed> {
  const text =
    fixture === undefined
      ? ""
      : await readFile(join(import.meta.dirname, "fixtures", `${fixture}.jsonl`), "utf8");
  const commands: AgentCommand[] = [];
  const { request, events } = ask({
    launch: async (command, onLine) => {
      commands.push(command);
      for (const line of text.split("\n")) onLine(line);
      return { exitCode: 0, signal: undefined, ended: undefined, stderrTail: "", ...end };
    },
    ...change,
  });
  return { outcome: await createCliAgent(adapter).run(request), events, commands };
}
