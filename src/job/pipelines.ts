// The pipelines that every installation has.
import { StepSpec } from "./step-spec.ts";

const plan = StepSpec.parse({ step_id: "01_plan", agent: "opencode", role: "planner", timeout_sec: 120 });
const implement = StepSpec.parse({
  step_id: "02_implement",
  agent: "codex",
  role: "implementer",
  timeout_sec: 300,
  input_artifacts: ["01_plan/report.md"],
});
const review = StepSpec.parse({
  step_id: "03_review",
  agent: "claude",
  role: "reviewer",
  timeout_sec: 180,
  input_artifacts: ["01_plan/report.md", "02_implement/report.md", "02_implement/patch.diff"],
});

export interface Pipeline {
  name: string;
  /** One line for `/agent help`. */
  summary: string;
  steps: StepSpec[];
  /** True when its name is the first word of what is wanted: "fix the login test", not "the login test". */
  spoken?: boolean;
}

export const builtInPipelines: readonly Pipeline[] = [
  { name: "default", summary: "plan, implement, review", steps: [plan, implement, review] },
  {
    name: "fix",
    summary: 'plan, implement, review; "fix" is part of what is wanted',
    steps: [plan, implement, review],
    spoken: true,
  },
  {
    name: "quick",
    summary: "implement without a plan or a review",
    steps: [{ ...implement, step_id: "01_implement", input_artifacts: [] }],
  },
  {
    name: "review",
    summary: "a review of the pull request, on its lines; reads only",
    steps: [{ ...review, step_id: "01_review", input_artifacts: [] }],
  },
  { name: "plan", summary: "a plan as an answer, no code", steps: [plan] },
  {
    name: "ask",
    summary: "an answer to a question about the code, no code",
    steps: [{ ...plan, step_id: "01_answer", role: "answerer" }],
  },
];
