// What has to be told in a step's result besides what its agent says.
import type { Agent } from "./agent.ts";

/** The same agent; its outcome begins with these warnings. */
export function withWarnings(agent: Agent, warnings: readonly string[]): Agent {
  if (warnings.length === 0) return agent;
  return {
    ...agent,
    async run(request) {
      const outcome = await agent.run(request);
      return { ...outcome, warnings: [...warnings, ...outcome.warnings] };
    },
  };
}
