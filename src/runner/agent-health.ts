// How the agents are just now: for the metrics, the doctor and the log at the start.
import type { Agent, Endpoint } from "../agents/agent.ts";
import type { Agents } from "../agents/registry.ts";
import { explain, UserError } from "../errors.ts";
import type { AuthProbe, AuthProbes } from "../sandbox/model/auth-probe.ts";
import type { Preflight } from "./preflight.ts";

export interface AgentHealth {
  agent: string;
  simulated: boolean;
  /** Undefined for an agent that needs no program. */
  binary: string | undefined;
  path: string | undefined;
  version: string | undefined;
  ok: boolean;
  /** Why it is not ok, and what to do. */
  problem: string | undefined;
  /** The last word of each model API that it may use; without one that is configured there is none. */
  models: AuthProbe[];
}

/**
 * Returns a function that tells of every agent whose program is allowed. Programs are looked at each time, which costs
 * next to nothing as long as their files stay the same; the model APIs are asked when `probe` is true, at most every five
 * minutes.
 */
export function createAgentHealth(options: {
  agents: Agents;
  preflight: Preflight;
  probes: AuthProbes;
  /** Why an agent's own endpoint can't be asked, and what to do; undefined when it can. */
  endpointProblem?: (endpoint: Endpoint) => string | undefined;
}): (how?: { probe?: boolean }) => Promise<AgentHealth[]> {
  const { agents, preflight, probes, endpointProblem } = options;

  async function healthOf(agent: Agent, name: string, seen: readonly AuthProbe[]): Promise<AgentHealth> {
    const { simulated, binary } = agent;
    const models = simulated ? [] : seen.filter(({ provider }) => agent.models?.includes(provider) ?? false);
    const state = { agent: name, simulated, binary, models };
    try {
      const program = await preflight.find(agent);
      const unusable = models.length === 0 || models.some(isUsable) ? undefined : models.map(tell).join("; ");
      const problem =
        unusable ?? unconfigured(agent) ?? (agent.endpoint && endpointProblem?.(agent.endpoint));
      return { ...state, path: program?.path, version: program?.version, ok: problem === undefined, problem };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { ...state, path: undefined, version: undefined, ok: false, problem: explain(error) };
    }
  }

  /** Why it can ask no model; an agent that names no model API may have one of its own. */
  function unconfigured({ simulated, models = [] }: Agent): string | undefined {
    if (simulated || models.length === 0 || models.some((name) => probes.names.includes(name)))
      return undefined;
    const variables = models.map((name) => `${name.toUpperCase()}_API_KEY`).join(" or ");
    return `no model API that it can use is configured; set ${variables}, or the address of a gateway`;
  }

  return async ({ probe = false } = {}) => {
    if (probe) await Promise.all(probes.names.map((name) => probes.probe(name)));
    const seen = probes.names.map((name) => probes.last(name)).filter((one) => one !== undefined);
    const found: AgentHealth[] = [];
    for (const name of agents.names()) {
      const agent = allowed(agents, name);
      if (agent) found.push(await healthOf(agent, name, seen));
    }
    return found;
  };
}

/** A gateway that lists no models may work all the same. */
function isUsable({ state }: AuthProbe): boolean {
  return state === "ok" || state === "unsure";
}

function tell({ found, remedy }: AuthProbe): string {
  return remedy === undefined ? found : `${found}; ${remedy}`;
}

/** Undefined for an agent that the operator does not allow: nobody misses it. */
function allowed(agents: Agents, name: string): Agent | undefined {
  try {
    return agents.get(name);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
