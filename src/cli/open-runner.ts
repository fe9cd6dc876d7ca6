// The runner furnished: agents, launcher, limits.
import { limitInputs } from "../agents/limit-inputs.ts";
import { buildPrompt } from "../agents/prompt.ts";
import { loadRoles } from "../agents/roles.ts";
import { withWarnings } from "../agents/with-warnings.ts";
import { keepHeapSmall } from "../io/small-heap.ts";
import type { RunnerDeps } from "../runner/deps.ts";
import { auditRunner } from "./audit/audit-runner.ts";
import { openDoors } from "./open-doors.ts";
import { openSessions } from "./open-sessions.ts";
import { lazySandbox } from "./open-sandbox.ts";
import type { Rooms } from "./rooms.ts";

/** What is added is searched at some megabytes a second. */
const searchMs = 30_000;
const maxInputBytes = 4_000_000;

/**
 * What a runner needs, from the rooms and from whoever runs it: where base commits come from, and who is told of what
 * became of a job. Throws UserError for what the operator has to mend first.
 */
export async function openRunner(
  rooms: Rooms,
  own: Pick<RunnerDeps, "fetchBase" | "outbox">,
): Promise<RunnerDeps> {
  const { config, artifacts, budgets, git, redactor, agents, preflight, clock, log } = rooms;
  keepHeapSmall();
  const roles = await loadRoles(config.ROLES_DIR);
  return {
    artifacts,
    agents: {
      async get(name) {
        const agent = agents.get(name);
        return withWarnings(agent, await preflight.beforeStep(agent));
      },
    },
    sandbox: lazySandbox(rooms),
    git,
    workspacesRoot: config.workspacesRoot,
    sessions: openSessions(config),
    ...own,
    buildPrompt: async (spec, step, { inputs, images, failed }) =>
      buildPrompt(
        {
          spec,
          step,
          inputs,
          images,
          failed,
          instructions: roles.instructions(step.role),
          repositoryName: spec.repository && `${spec.repository.owner}/${spec.repository.name}`,
        },
        config.MAX_PROMPT_CHARS,
      ),
    limitInputs: (inputs) =>
      limitInputs(inputs, {
        maxFiles: config.MAX_INPUT_ARTIFACTS_FILES,
        maxChars: config.MAX_INPUT_ARTIFACT_CHARS,
        maxTotalChars: config.MAX_INPUT_ARTIFACTS_CHARS,
      }),
    redactor: { find: (text) => redactor.find(text), stream: () => redactor.stream() },
    budgets,
    openDoors: await openDoors(rooms),
    gate: {
      maxFiles: config.MAX_PATCH_FILES,
      maxLines: config.MAX_PATCH_LINES,
      maxPatchBytes: config.MAX_PATCH_BYTES,
      maxBinaryBytes: config.MAX_BINARY_BYTES,
      protectedPaths: config.PROTECTED_PATHS,
      searchMs,
    },
    limits: {
      maxAttemptsPerStep: config.RUNNER_MAX_ATTEMPTS_PER_STEP,
      maxParallelSteps: config.RUNNER_PARALLEL_STEPS,
      maxPatchBytes: config.MAX_PATCH_BYTES,
      maxOutputChars: config.MAX_SUBPROCESS_OUTPUT_CHARS,
      maxInputBytes,
      stallMs: config.AGENT_STALL_SEC * 1000,
    },
    audit: auditRunner(rooms),
    clock,
    log,
  };
}
