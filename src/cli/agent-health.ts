// Are the agents' programs and their model APIs as they should be? Asked by the doctor, at the start and for metrics.
import { parseMinimumVersions } from "../agents/preflight.ts";
import type { Agents } from "../agents/registry.ts";
import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import { createAgentHealth } from "../runner/agent-health.ts";
import { createPreflight } from "../runner/preflight.ts";
import { createAuthProbes } from "../sandbox/model/auth-probe.ts";
import { endpointProblem } from "./endpoint-provider.ts";

/** Throws UserError for MIN_BINARY_VERSIONS that can't be read. */
export function openAgentHealth(rooms: {
  config: Config;
  agents: Agents;
  clock: () => Date;
  log: Pick<Log, "warn">;
}) {
  const { config, agents, clock, log } = rooms;
  const minimums = parseMinimumVersions(config.MIN_BINARY_VERSIONS);
  const preflight = createPreflight({ environment: config.agentEnvironment, minimums, log });
  const probes = createAuthProbes({ providers: config.providers, clock });
  return {
    preflight,
    probes,
    health: createAgentHealth({
      agents,
      preflight,
      probes,
      endpointProblem: (endpoint) => endpointProblem(endpoint, config),
    }),
  };
}

type Health = Pick<ReturnType<typeof openAgentHealth>, "health">;

/** Logs what would make jobs fail. Nothing is refused for it, since it may be mended while jobs wait. Never throws. */
export async function warnOfAgents({ health, log }: Health & { log: Log }): Promise<void> {
  try {
    for (const { agent, ok, problem } of await health({ probe: true })) {
      if (!ok) log.warn({ agent }, `steps of ${agent} will fail: ${problem}`);
    }
  } catch (err) {
    log.error({ err }, "looking at the agents");
  }
}
