// What a request for a job may say, and the JobSpec that it becomes. No path of this machine is among it.
import { z } from "zod";
import { BranchName, JobSpec } from "./job-spec.ts";
import { builtInPipelines } from "./pipelines.ts";
import { checkStepReferences } from "./step-references.ts";
import { StepSpec } from "./step-spec.ts";

const {
  goal,
  steps,
  callback_url,
  tags,
  metadata,
  context_window,
  context_strategy,
  artifact_handoff,
  verify,
} = JobSpec.shape;

const ProjectName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "a project's name: letters, digits, dots and hyphens");

export const JobRequest = z.strictObject({
  project: ProjectName.describe("one of the projects that the operator has named (PROJECT_ALIASES)"),
  goal: goal.describe("what is wanted, in words"),
  ref: BranchName.optional().describe("the branch from whose last commit the job starts"),
  pipeline: z.enum(builtInPipelines.map(({ name }) => name)).default("default"),
  steps: steps.optional().describe("own steps instead of the pipeline's"),
  agent: StepSpec.shape.agent.optional().describe("runs every step"),
  model: StepSpec.shape.model.describe("is used for every step"),
  callback_url: callback_url.describe("gets the result as a signed POST"),
  tags,
  metadata,
  context_window,
  context_strategy,
  artifact_handoff: artifact_handoff.unwrap().optional(),
  verify: verify.describe("commands that try each step's change, in the sandbox"),
  policy: JobSpec.shape.policy.describe("narrows what the operator allows"),
  budget: JobSpec.shape.budget,
});
export type JobRequest = z.infer<typeof JobRequest>;

interface Given {
  jobId: string;
  createdAt: string;
  base: { ref: string; sha: string };
  /** Who or what asks. */
  source: JobSpec["source"];
  /** How the steps hand over where the request doesn't say. */
  handoff: JobSpec["artifact_handoff"];
  /** The agents that this installation has. */
  agents: readonly string[];
}

/** The spec, or `field: what is wrong` for each field that can't be so. */
export function specOfRequest(
  request: JobRequest,
  given: Given,
): { spec: JobSpec; problems?: undefined } | { problems: string[] } {
  const { project, ref: _ref, pipeline, steps: own, agent, model, ...rest } = request;
  const chosen = own ?? builtInPipelines.find(({ name }) => name === pipeline)?.steps ?? [];
  const parsed = JobSpec.safeParse({
    ...rest,
    artifact_handoff: rest.artifact_handoff ?? given.handoff,
    schema_version: "2.0",
    job_id: given.jobId,
    created_at: given.createdAt,
    source: given.source,
    project_id: project,
    base: given.base,
    pipeline,
    steps: chosen.map((step) => ({ ...step, agent: agent ?? step.agent, model: model ?? step.model })),
    // Only the operator decides about the sandbox.
    policy: { ...rest.policy, sandbox: true },
  });
  if (!parsed.success) return { problems: fieldProblems(parsed.error) };
  const unknown = parsed.data.steps.flatMap(({ agent: name }, at) =>
    given.agents.includes(name)
      ? []
      : [
          `${agent === undefined ? `steps.${at}.agent` : "agent"}: there is no agent "${name}"; known are ${given.agents.join(", ")}`,
        ],
  );
  const problems = [...new Set(unknown), ...checkStepReferences(parsed.data.steps).problems];
  return problems.length > 0 ? { problems } : { spec: parsed.data };
}

/** `field: what is wrong` for each. */
export function fieldProblems(error: z.ZodError): string[] {
  return error.issues.flatMap((issue) => {
    const nameOf = (path: readonly PropertyKey[]): string => path.map(String).join(".");
    return issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => `${nameOf([...issue.path, key])}: there is no such field`)
      : [`${nameOf(issue.path)}: ${issue.message}`];
  });
}
