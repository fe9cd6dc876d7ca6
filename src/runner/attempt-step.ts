// One attempt of a step: its prompt, its HOME, the agent's run and what was seen of it.
import type { Agent, AgentOutcome, InputArtifact } from "../agents/agent.ts";
import { explain } from "../errors.ts";
import type { JobSpec } from "../job/job-spec.ts";
import { isReadOnly, type StepSpec } from "../job/step-spec.ts";
import type { RunnerDeps } from "./deps.ts";
import { openStepLog } from "./step-log.ts";
import type { StepRun } from "./step-run.ts";

/**
 * Lets the agent work once, from the checkout as it stands; writes prompt.md, the logs and the events. What the agent
 * makes of it is the outcome. Throws UserError for what a person can mend.
 */
export async function attemptStep(deps: RunnerDeps, run: StepRun, agent: Agent): Promise<AgentOutcome> {
  const { spec, step, workspace } = run;
  const inputs = await readInputs(deps, spec, step);
  const prompt = await deps.buildPrompt(spec, step, inputs);
  await run.assertHeld();
  await deps.artifacts.writeStepText(spec.job_id, step.step_id, "prompt.md", prompt);
  const home = await workspace.openHome(step.step_id);
  const log = openStepLog({
    folder: deps.artifacts.stepFolder(spec.job_id, step.step_id),
    maxChars: deps.limits.maxOutputChars,
    createMask: () => deps.redactor.stream(),
    clock: deps.clock,
  });
  try {
    log.note(`${step.role} step with ${step.agent}${agent.simulated ? " (simulated)" : ""}`);
    const outcome = await agent.run({
      jobId: spec.job_id,
      stepId: step.step_id,
      role: step.role,
      readOnly: isReadOnly(step.role),
      prompt,
      goal: spec.goal,
      inputs,
      model: step.model,
      allowedTools: step.allowed_tools,
      // Each attempt starts from the recorded tree, so a session that remembers edits must not be resumed.
      sessionId: undefined,
      workspace: workspace.tree,
      home,
      gateways: deps.gateways,
      signal: run.signal,
      onEvent: (event) => log.event(event),
      launch: (command, onLine) =>
        deps.launch(command, {
          jobId: spec.job_id,
          workspace: workspace.tree,
          home,
          timeoutMs: step.timeout_sec * 1000,
          stallMs: deps.limits.stallMs,
          signal: run.signal,
          onLine,
          onOutput: (stream, chunk) => log.output(stream, chunk),
        }),
    });
    log.note(
      outcome.error ? `${outcome.status}: ${outcome.error.code}: ${outcome.error.message}` : outcome.status,
    );
    return outcome;
  } catch (error) {
    log.note(`failed: ${explain(error)}`);
    throw error;
  } finally {
    log.close();
  }
}

/** The earlier artifacts that the step asked for, within the operator's limits. */
async function readInputs(deps: RunnerDeps, spec: JobSpec, step: StepSpec): Promise<InputArtifact[]> {
  const found: InputArtifact[] = [];
  for (const path of step.input_artifacts) {
    const text = await deps.artifacts.readInput(spec.job_id, path, deps.limits.maxInputBytes);
    found.push({ path, text: text ?? "(this artifact is missing)", cutChars: 0 });
  }
  return deps.limitInputs(found);
}
