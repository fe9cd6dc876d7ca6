// The agents that there are: the built-in ones and those of AGENTS_FILE.
import type { DescribedAgent } from "../agents/described-agent.ts";
import { loadDescribedAgents } from "../agents/load-described-agents.ts";
import { type LoadedPackage, loadPackageAgent } from "../agents/load-package-agent.ts";
import { type Agents, createAgents } from "../agents/registry.ts";
import type { Config } from "../config.ts";

export interface OpenedAgents {
  agents: Agents;
  described: DescribedAgent[];
  /** By the agent's name; none while all agents are simulated. */
  packages: ReadonlyMap<string, LoadedPackage>;
}

/** Throws UserError for a file, or a package, that can't be used. No code of a package runs while all are simulated. */
export async function openAgents(config: Config): Promise<OpenedAgents> {
  const { AGENTS_FILE, ENABLE_REAL_CLI, ALLOWED_BINARIES } = config;
  const described = await loadDescribedAgents(AGENTS_FILE, config.secrets);
  const packages = new Map<string, LoadedPackage>();
  for (const one of described) {
    if (one.kind !== "package" || AGENTS_FILE === undefined || !ENABLE_REAL_CLI) continue;
    const closed = [config.DATA_ROOT, config.workspacesRoot, config.ARTIFACTS_ROOT];
    packages.set(one.name, await loadPackageAgent(one, { agentsFile: AGENTS_FILE, closed }));
  }
  const agents = createAgents({
    enableRealCli: ENABLE_REAL_CLI,
    allowedBinaries: ALLOWED_BINARIES,
    custom: described,
    packages: new Map([...packages].map(([name, { agent }]) => [name, agent])),
  });
  return { agents, described, packages };
}
