// The doctor's look at the agents: their programs, and whether the model APIs take the keys.
import type { DescribedAgent } from "../agents/described-agent.ts";
import type { DescribedEndpoint } from "../agents/described-endpoint.ts";
import { createEndpointAgent } from "../agents/endpoint-agent.ts";
import { parseMinimumVersions } from "../agents/preflight.ts";
import { loadRoles } from "../agents/roles.ts";
import type { Config } from "../config.ts";
import { explain, UserError } from "../errors.ts";
import { openAgentHealth } from "./agent-health.ts";
import { openAgents } from "./open-agents.ts";
import { endpointProblem } from "./endpoint-provider.ts";
import type { Finding } from "./finding.ts";

/** Every agent that is allowed, and every model API that is configured. Nothing of it is started for simulated ones. */
export async function examineAgents(config: Config): Promise<Finding[]> {
  return [...(await rolesFinding(config)), ...(await programFindings(config))];
}

async function programFindings(config: Config): Promise<Finding[]> {
  try {
    const { agents, described, packages } = await openAgents(config);
    if (!config.ENABLE_REAL_CLI) {
      const remedy = "ENABLE_REAL_CLI=1 runs the real ones; see docs/agents.md";
      return [{ name: "agents", level: "note", found: "simulated", remedy }];
    }
    const log = { warn: () => undefined };
    const { health, probes } = openAgentHealth({ config, agents, clock: () => new Date(), log });
    const found = await health({ probe: true });
    return [
      ...found.filter(({ simulated, binary }) => !simulated && binary !== undefined).map(programFinding),
      ...described.flatMap((agent) => (agent.kind === "http" ? [endpointFinding(agent, config)] : [])),
      ...[...packages].map(([name, { from }]): Finding => ({
        name: `agent ${name}`,
        level: "ok",
        found: from,
      })),
      ...described.flatMap((agent) => notAllowed(agent, config)),
      ...unusedMinimums(config, found),
      ...probes.names.flatMap((name) => probeFinding(probes.last(name))),
      ...(probes.names.length === 0 ? [noModels] : []),
    ];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [{ name: "agents", level: "missing", found: explain(error) }];
  }
}

/** Which roles have instructions of the operator's own: a misspelt one is seen here. */
async function rolesFinding({ ROLES_DIR: folder }: Config): Promise<Finding[]> {
  if (folder === undefined) return [];
  const name = "role instructions";
  try {
    const { own } = await loadRoles(folder);
    return [{ name, level: "ok", found: `own ones for ${own.join(", ")}` }];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [
      {
        name,
        level: "missing",
        found: explain(error),
        remedy: "correct the folder, or leave ROLES_DIR empty",
      },
    ];
  }
}

/** A minimum that is never looked at, such as one with a misspelt name. */
function unusedMinimums({ MIN_BINARY_VERSIONS }: Config, found: readonly Health[]): Finding[] {
  const used = new Set(found.map(({ binary }) => binary));
  return parseMinimumVersions(MIN_BINARY_VERSIONS)
    .filter(({ binary }) => !used.has(binary))
    .map(({ binary }) => ({
      name: "MIN_BINARY_VERSIONS",
      level: "note",
      found: `${binary} is the program of no agent that is allowed`,
      remedy: "correct its name, or leave it out",
    }));
}

type Health = Awaited<ReturnType<ReturnType<typeof openAgentHealth>["health"]>>[number];
type Probe = Health["models"][number];

const noModels: Finding = {
  name: "model APIs",
  level: "note",
  found: "none is configured",
  remedy:
    "set ANTHROPIC_API_KEY, OPENAI_API_KEY or GEMINI_API_KEY, or the address of a gateway; see docs/agents.md",
};

function programFinding({ agent, binary, path, version, problem, models }: Health): Finding {
  const name = `agent ${agent}`;
  if (path === undefined && binary !== undefined) {
    const remedy = `install it, or take ${binary} out of ALLOWED_BINARIES`;
    return { name, level: "missing", found: problem ?? "not found", remedy };
  }
  const found = `${path} ${version ?? "no version"}`;
  // What is wrong with a model API is told of the API itself.
  if (problem !== undefined && models.length === 0) return { name, level: "note", found, remedy: problem };
  return { name, level: "ok", found };
}

/** Where it is; whether its key is set. It is not asked: many such servers list no models. */
function endpointFinding(description: DescribedEndpoint, config: Config): Finding {
  const name = `agent ${description.name}`;
  const { endpoint } = createEndpointAgent(description);
  const problem = endpoint && endpointProblem(endpoint, config);
  if (problem === undefined) return { name, level: "ok", found: `${description.url}, ${description.model}` };
  return { name, level: "missing", found: problem, remedy: `set ${description.key ?? "its key"}` };
}

/** A described agent that no step can use. */
function notAllowed(agent: DescribedAgent, { ALLOWED_BINARIES }: Config): Finding[] {
  if (agent.kind === "http" || agent.kind === "package" || ALLOWED_BINARIES.includes(agent.binary)) return [];
  const { name, binary } = agent;
  const found = `${binary} is not allowed`;
  return [{ name: `agent ${name}`, level: "note", found, remedy: `add ${binary} to ALLOWED_BINARIES` }];
}

function probeFinding(probe: Probe | undefined): Finding[] {
  if (!probe) return [];
  const { provider, state, found, remedy } = probe;
  const level = state === "ok" ? "ok" : state === "unsure" ? "note" : "missing";
  return [{ name: `${provider} API`, level, found, ...(remedy === undefined ? {} : { remedy }) }];
}
