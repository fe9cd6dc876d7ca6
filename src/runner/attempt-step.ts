// One attempt of a step: its prompt, its HOME, the agent's run and what was seen of it.
import { createHash } from "node:crypto";
import type { Agent, AgentOutcome, InputArtifact } from "../agents/agent.ts";
import { explain } from "../errors.ts";
import type { JobSpec } from "../job/job-spec.ts";
import type { RunnerDeps } from "./deps.ts";
import { type Picture, runAgent } from "./run-agent.ts";
import { openStepLog } from "./step-log.ts";
import type { Resumed, StepRun } from "./step-run.ts";

/**
 * Lets the agent work once, from the checkout as it stands, or lets a session go on; writes prompt.md, the logs and the events. What the agent
 * makes of it is the outcome. Throws UserError for what a person can mend.
 */
export async function attemptStep(
  deps: RunnerDeps,
  run: StepRun,
  {
    agent,
    attempt,
    resumed,
    failed,
  }: {
    agent: Agent;
    attempt: number;
    resumed: Resumed | undefined;
    /** What the commands of `verify` said about what the agent had left. */
    failed: string | undefined;
  },
): Promise<AgentOutcome> {
  const { spec, step, workspace } = run;
  const inputs = await readInputs(deps, run);
  const home = await workspace.openHome(step.step_id, { keep: resumed !== undefined });
  const pictures = await readPictures(deps, run, { agent, home });
  const prompt = await deps.buildPrompt(spec, step, { inputs, images: pictures, failed });
  await run.assertHeld();
  await deps.artifacts.writeStepText(spec.job_id, step.step_id, "prompt.md", prompt);
  const log = openStepLog({
    folder: deps.artifacts.stepFolder(spec.job_id, step.step_id),
    maxChars: deps.limits.maxOutputChars,
    createMask: () => deps.redactor.stream(),
    clock: deps.clock,
  });
  try {
    log.note(`${step.role} step with ${step.agent}${agent.simulated ? " (simulated)" : ""}`);
    const outcome = await runAgent(deps, run, {
      agent,
      attempt,
      prompt,
      inputs: [...inputs, ...diffsOf(spec, inputs)],
      home,
      pictures,
      log,
      resumed,
      failed,
    });
    const { status, error } = outcome;
    log.note(error ? `${status}: ${error.code}: ${error.message}` : status);
    return outcome;
  } catch (error) {
    log.note(`failed: ${explain(error)}`);
    throw error;
  } finally {
    log.close();
  }
}

/**
 * The pictures of the job that an agent's program will find in its HOME. One whose bytes are not those that were read when the
 * job was asked for is not handed on.
 */
async function readPictures(
  deps: Pick<RunnerDeps, "artifacts" | "sandbox">,
  { spec, workspace }: StepRun,
  { agent, home }: { agent: Agent; home: string },
): Promise<Picture[]> {
  // One that starts no program has nowhere to look.
  if (agent.simulated || agent.binary === undefined || spec.images.length === 0) return [];
  const { home: seenHome } = (await deps.sandbox()).seen({ workspace: workspace.tree, home });
  const pictures: Picture[] = [];
  for (const image of spec.images) {
    const bytes = await deps.artifacts.readImage(spec.job_id, image.file, image.bytes);
    const sha256 = createHash("sha256")
      .update(bytes ?? "")
      .digest("hex");
    if (!bytes || sha256 !== image.sha256) continue;
    const path = `images/${image.file}`;
    pictures.push({ image, path: `${seenHome}/${path}`, file: { path, content: bytes } });
  }
  return pictures;
}

/** The earlier artifacts that the step gets, within the operator's limits. */
async function readInputs(deps: RunnerDeps, { spec, inputs }: StepRun): Promise<InputArtifact[]> {
  const found: InputArtifact[] = [];
  for (const path of inputs) {
    const text = await deps.artifacts.readInput(spec.job_id, path, deps.limits.maxInputBytes);
    found.push({ path, text: text ?? "(this artifact is missing)", cutChars: 0 });
  }
  return deps.limitInputs(found);
}

/** A pull request's diff, which a prompt has with the rest of the material; an agent without a model reads it here. */
function diffsOf(spec: JobSpec, inputs: readonly InputArtifact[]): InputArtifact[] {
  if (inputs.some(({ path }) => path.endsWith(".diff"))) return [];
  return spec.material
    .filter(({ kind }) => kind === "diff")
    .map(({ text }) => ({ path: "pull_request.diff", text, cutChars: 0 }));
}
