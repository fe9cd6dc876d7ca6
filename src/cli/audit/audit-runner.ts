// What a runner did with a job, as entries of the audit log.
import type { AuditEvent, Fields } from "../../audit/entry.ts";
import { explain } from "../../errors.ts";
import type { JobSpec } from "../../job/job-spec.ts";
import type { JobResult } from "../../job/result.ts";
import type { RunnerDeps } from "../../runner/deps.ts";
import type { Rooms } from "../rooms.ts";
import { configurationSha256 } from "./settings.ts";

type RunnerEvent = Parameters<RunnerDeps["audit"]>[0];

export function auditRunner(rooms: Rooms): RunnerDeps["audit"] {
  const { audit, agents, preflight, config } = rooms;
  const configuration = configurationSha256(config);

  async function programOf(name: string): Promise<Fields> {
    try {
      const agent = agents.get(name);
      const { simulated, binary } = agent;
      if (binary === undefined) return { simulated };
      return { simulated, binary, version: (await preflight.find(agent))?.version ?? null };
    } catch (error) {
      return { problem: explain(error) };
    }
  }

  async function started({ spec, epoch, attempt }: Extract<RunnerEvent, { kind: "job_started" }>) {
    const names = [...new Set(spec.steps.map((step) => step.agent))];
    const programs = await Promise.all(names.map(async (name) => [name, await programOf(name)] as const));
    return {
      epoch,
      attempt,
      ...asked(spec),
      steps: spec.steps.map(({ step_id, agent, role, model }) => ({
        step_id,
        agent,
        role,
        model: model ?? null,
      })),
      programs: Object.fromEntries(programs),
      real_agents: config.ENABLE_REAL_CLI,
      sandbox: config.SANDBOX ?? null,
      network: config.NETWORK_POLICY,
      configuration_sha256: configuration,
    };
  }

  return async (event) => {
    if (event.kind === "job_started") {
      await audit.record({
        kind: event.kind,
        fields: { job_id: event.spec.job_id, ...(await started(event)) },
      });
      return;
    }
    await audit.record(await jobEnded(rooms, event.result, event.epoch));
  };
}

/** How a job ended, with the hashes of what it left. */
async function jobEnded(
  { artifacts }: Pick<Rooms, "artifacts">,
  result: JobResult,
  epoch: number,
): Promise<AuditEvent> {
  const { job_id, status, error, attempts, patch, secrets_check, steps, metrics } = result;
  const sha256 = await artifacts.readHashes(job_id).catch((cause: unknown) => ({ problem: explain(cause) }));
  return {
    kind: "job_ended",
    fields: {
      job_id,
      epoch,
      status,
      error: error?.code ?? null,
      attempts,
      base_sha: patch?.base_sha ?? null,
      tree: patch?.tree ?? null,
      secrets_check,
      cost_usd: metrics.cost_usd,
      steps: steps.map((step) => ({
        step_id: step.step_id,
        agent: step.agent,
        simulated: step.simulated,
        status: step.status,
        attempts: step.attempts,
      })),
      sha256,
    },
  };
}

function asked(spec: JobSpec): Fields {
  const { repository, target, base, requested_by, source, pipeline, dry_run } = spec;
  return {
    login: requested_by?.login ?? null,
    source: source.type,
    repository: repository ? `${repository.host}/${repository.owner}/${repository.name}` : null,
    number: target?.number ?? null,
    base_sha: base?.sha ?? null,
    pipeline,
    dry_run,
  };
}

/** The end of a job that no runner could bring to its end. */
export async function auditGivenUp(
  rooms: Pick<Rooms, "artifacts" | "audit">,
  ticket: { id: string; attempts: number; crashes: number },
): Promise<void> {
  const result = await rooms.artifacts.readResult(ticket.id);
  if (result) await rooms.audit.record(await jobEnded(rooms, result, ticket.attempts + ticket.crashes));
}
