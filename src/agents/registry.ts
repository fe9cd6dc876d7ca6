// The agents that there are, by name.
import { closest } from "fastest-levenshtein";
import { UserError } from "../errors.ts";
import type { Agent } from "./agent.ts";
import { claudeCode } from "./claude-code.ts";
import { createCliAgent } from "./cli-agent.ts";
import { codex } from "./codex.ts";
import { createDescribedCli } from "./described-cli-agent.ts";
import type { DescribedAgent } from "./described-agent.ts";
import { createEndpointAgent } from "./endpoint-agent.ts";
import { opencode } from "./opencode.ts";
import { createSimulatedAgent } from "./simulated.ts";

export interface Agents {
  /**
   * Throws UserError: `unknown_agent` for a name that there is not, `preflight` for a real agent whose binary the
   * operator does not allow.
   */
  get(name: string): Agent;
  names(): string[];
}

export interface AgentsOptions {
  /** False: every known name is simulated. */
  enableRealCli: boolean;
  /** Names or absolute paths, as ALLOWED_BINARIES lists them. */
  allowedBinaries: readonly string[];
  /** Agents described in configuration. */
  custom?: readonly DescribedAgent[];
  /** By the agent's name; those of packages that were not loaded are simulated. */
  packages?: ReadonlyMap<string, Agent>;
}

/** Throws UserError when a configured agent takes a name that is taken. */
export function createAgents(options: AgentsOptions): Agents {
  const known = new Map<string, Agent>();
  for (const agent of [...[claudeCode, codex, opencode].map(createCliAgent), createSimulatedAgent()]) {
    known.set(agent.name, agent);
  }
  for (const description of options.custom ?? []) {
    if (known.has(description.name)) {
      throw new UserError(
        `AGENTS_FILE: there are two agents named ${description.name}; give one another name`,
        {
          code: "preflight",
        },
      );
    }
    known.set(description.name, describedAgent(description, options.packages));
  }
  const allowed = new Set(options.allowedBinaries);
  return {
    get(name) {
      const agent = known.get(name);
      if (!agent) throw unknownAgent(name, [...known.keys()]);
      if (!options.enableRealCli) return createSimulatedAgent(name);
      if (agent.binary !== undefined && !allowed.has(agent.binary)) {
        throw new UserError(
          `The agent \`${name}\` runs \`${agent.binary}\`, which is not in ALLOWED_BINARIES; the operator can add it there.`,
          { code: "preflight" },
        );
      }
      return agent;
    },
    names: () => [...known.keys()],
  };
}

function describedAgent(description: DescribedAgent, packages?: ReadonlyMap<string, Agent>): Agent {
  switch (description.kind) {
    case "http":
      return createEndpointAgent(description);
    case "package":
      return packages?.get(description.name) ?? createSimulatedAgent(description.name);
    case "cli":
    case undefined:
      return createDescribedCli(description);
  }
}

function unknownAgent(name: string, names: readonly string[]): UserError {
  const listed = names.map((known) => `\`${known}\``).join(", ");
  return new UserError(
    `There is no agent \`${name}\`. Did you mean \`${closest(name, [...names])}\`? Known agents: ${listed}.`,
    { code: "unknown_agent" },
  );
}
