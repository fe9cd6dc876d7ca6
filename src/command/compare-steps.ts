// `--vs`: the steps of a pipeline with two agents for its change, and one that compares what they made. Pure.
import { UserError } from "../errors.ts";
import type { Compare } from "../job/compare.ts";
import type { Pipeline } from "../job/pipelines.ts";
import { isReadOnly, StepSpec } from "../job/step-spec.ts";
import { code, quote } from "./quote.ts";

const comparePrompt = (
  a: string,
  b: string,
): string => `Two agents have worked on the same goal, from the same commit, without seeing each other's work. The change A is
the step ${a}, the change B the step ${b}. The checkout has neither of them.

Compare them: whether each reaches the goal, what it breaks or leaves out, its risks, and how much it changes for what it
does. Begin the report with a line "Verdict: A", "Verdict: B" or "Verdict: neither", then say why in a few sentences, then
what is to be mended in the better one. A person chooses.
`;

/**
 * What comes before the pipeline's change runs once; then `versus` makes the change beside the agent of the pipeline (or
 * `agent`, in its place), and a third compares. What came after the change is left out. Throws UserError `invalid_job` for a
 * pipeline without exactly one step that changes something, and for an agent against itself.
 */
export function compareSteps(
  steps: readonly StepSpec[],
  {
    versus,
    agent,
    pipelines,
  }: {
    versus: string;
    agent: string | undefined;
    /** Where a pipeline without a review finds whoever reviews. */
    pipelines: readonly Pipeline[];
  },
): { steps: StepSpec[]; compare: Compare } {
  const changing = steps.filter(({ role }) => !isReadOnly(role));
  const [one] = changing;
  if (!one || changing.length > 1) throw notOne(changing);
  const first = agent ?? one.agent;
  if (first === versus) {
    throw new UserError(
      `${code("--vs")} names ${quote(versus)}, which makes the change already. Name another agent, or let another one be the first with ${code("--agent")}.`,
      { code: "invalid_job" },
    );
  }
  const before = steps.slice(0, steps.indexOf(one)).map((step, at, all) => ({
    ...step,
    agent: agent ?? step.agent,
    depends_on: idsOf(all.slice(Math.max(0, at - 1), at)),
  }));
  const [a, b] = ["A", "B"].map((letter) => `${one.step_id.slice(0, 62)}_${letter}`);
  if (a === undefined || b === undefined) throw new Error("two letters make two ids");
  // That one fails must not keep the other from being offered.
  const change: StepSpec = { ...one, depends_on: idsOf(before.slice(-1)), on_failure: "continue" };
  const everyStep = [...steps, ...pipelines.flatMap((pipeline) => pipeline.steps)];
  const own = steps.findLast(isReview);
  const { prompt, ...rest } = own ?? everyStep.find(isReview) ?? StepSpec.parse(defaultReview);
  const agents = [rest.agent, ...everyStep.map((step) => step.agent)];
  const third = agents.find((name) => name !== first && name !== versus) ?? rest.agent;
  const { model: _others, ...second } = change;
  return {
    compare: { a, b },
    steps: [
      ...before,
      { ...change, step_id: a, agent: first },
      { ...second, step_id: b, agent: versus },
      {
        ...rest,
        step_id: own?.step_id ?? defaultReview.step_id,
        agent: third,
        ...(third === rest.agent ? {} : { model: undefined }),
        prompt: `${comparePrompt(a, b)}\n${prompt}`.trim(),
        input_artifacts: [
          ...before.map(({ step_id: id }) => `${id}/report.md`),
          ...[a, b].flatMap((id) => [`${id}/report.md`, `${id}/patch.diff`]),
        ],
        apply_patches_from: [],
        depends_on: [a, b],
        on_failure: "continue",
      },
    ],
  };
}

const defaultReview = { step_id: "compare", agent: "claude", role: "reviewer", timeout_sec: 180 };
const isReview = ({ role }: StepSpec): boolean => role === "reviewer";

function idsOf(steps: readonly StepSpec[]): string[] {
  return steps.map(({ step_id: id }) => id);
}

function notOne(changing: readonly StepSpec[]): UserError {
  const has =
    changing.length === 0
      ? "This pipeline has no step that changes something"
      : `This pipeline has ${changing.length} steps that change something (${idsOf(changing).map(code).join(", ")})`;
  return new UserError(
    `${has}, and ${code("--vs")} compares the changes of one. ${code("--steps")} can choose it.`,
    { code: "invalid_job" },
  );
}
