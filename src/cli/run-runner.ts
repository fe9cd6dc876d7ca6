// The runner part: claims jobs and runs them.
import { limitInputs } from "../agents/limit-inputs.ts";
import { parseMinimumVersions } from "../agents/preflight.ts";
import { buildPrompt } from "../agents/prompt.ts";
import { loadRoles } from "../agents/roles.ts";
import { consume } from "../queue/consume.ts";
import type { RunnerDeps } from "../runner/deps.ts";
import { giveUpJob } from "../runner/give-up.ts";
import { createPreflight } from "../runner/preflight.ts";
import { DrainRequested } from "../runner/stop.ts";
import { createWorker } from "../runner/worker.ts";
import { createLauncher } from "../sandbox/launch.ts";
import type { House, Running } from "./assemble.ts";

/** How long an agent has between being asked to end and being killed. */
const graceMs = 5000;
const maxFiles = 500;
const maxBlobBytes = 5_000_000;
const maxInputBytes = 4_000_000;

/** Starts claiming jobs. */
export async function runRunner(house: House): Promise<Running> {
  const { config, log, jobs } = house;
  const drain = new AbortController();
  const halt = new AbortController();
  const done = consume({
    queue: jobs,
    concurrency: config.RUNNER_CONCURRENCY,
    handle: createWorker(await runnerDeps(house), halt.signal),
    async onGaveUp(claim, error) {
      const message = "a bug in Patchbay; its operator finds the trace in the log under the job's id";
      log.error({ job: claim.ticket.id, err: error }, "a bug ended this job");
      await giveUpJob(house, claim.ticket, { code: "internal", message, details: {} });
    },
    signal: drain.signal,
    log,
  });
  return {
    async stop() {
      drain.abort();
      const late = setTimeout(
        () => halt.abort(new DrainRequested("draining")),
        config.RUNNER_DRAIN_SEC * 1000,
      );
      await done;
      clearTimeout(late);
    },
  };
}

async function runnerDeps(house: House): Promise<RunnerDeps> {
  const { config, artifacts, git, mirrors, outbox, redactor, agents, tokenFor, clock, log } = house;
  const roles = await loadRoles(config.ROLES_DIR);
  const preflight = createPreflight({
    environment: config.agentEnvironment,
    minimums: parseMinimumVersions(config.MIN_BINARY_VERSIONS),
  });
  return {
    artifacts,
    agents: {
      async get(name) {
        const agent = agents.get(name);
        await preflight(agent);
        return agent;
      },
    },
    sandboxed: false,
    launch: createLauncher({ environment: config.agentEnvironment, graceMs }),
    git,
    mirrors,
    workspacesRoot: config.workspacesRoot,
    readAuth: (repository) => tokenFor(repository, { contents: "read" }),
    outbox,
    buildPrompt: async (spec, step, inputs) =>
      buildPrompt({
        spec,
        step,
        inputs,
        instructions: roles.instructions(step.role),
        repositoryName: spec.repository && `${spec.repository.owner}/${spec.repository.name}`,
      }),
    limitInputs: (inputs) =>
      limitInputs(inputs, {
        maxFiles: config.MAX_INPUT_ARTIFACTS_FILES,
        maxChars: config.MAX_INPUT_ARTIFACT_CHARS,
        maxTotalChars: config.MAX_INPUT_ARTIFACTS_CHARS,
      }),
    redactor: { find: (text) => redactor.find(text), stream: () => redactor.stream() },
    gateways: {
      ...(config.ANTHROPIC_BASE_URL === undefined ? {} : { anthropic: config.ANTHROPIC_BASE_URL }),
      ...(config.OPENAI_BASE_URL === undefined ? {} : { openai: config.OPENAI_BASE_URL }),
    },
    limits: {
      maxAttemptsPerStep: config.RUNNER_MAX_ATTEMPTS_PER_STEP,
      maxPatchBytes: config.MAX_PATCH_BYTES,
      maxFiles,
      maxBlobBytes,
      maxOutputChars: config.MAX_SUBPROCESS_OUTPUT_CHARS,
      maxInputBytes,
      stallMs: config.AGENT_STALL_SEC * 1000,
    },
    clock,
    log,
  };
}
