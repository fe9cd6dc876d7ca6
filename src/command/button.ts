// What a button of a check run asks for: the same commands that a comment can give.
import { readButtonId } from "../job/button.ts";
import type { JobSpec } from "../job/job-spec.ts";
import type { Asked } from "./answer.ts";
import { defaultPipeline } from "./grammar.ts";
import { quote } from "./quote.ts";

/** `spec` is the job of the check run; undefined when it is gone. */
export function readButton(identifier: string, spec: JobSpec | undefined): Asked {
  if (!spec) return { kind: "reply", body: "The job of this button is gone. Ask again in a new comment." };
  const verb = readButtonId(identifier, spec.job_id);
  if (!verb) {
    return { kind: "reply", body: `The button ${quote(identifier)} doesn't belong to this job's check run.` };
  }
  if (verb === "retry") {
    const again = { verb, job: spec.job_id };
    const command = { again, pipeline: defaultPipeline, text: "", dryRun: false, source: `button ${verb}` };
    return { kind: "commands", commands: [command] };
  }
  const source = `button ${verb}`;
  if (verb === "apply-a" || verb === "apply-b") {
    const label = verb === "apply-a" ? "A" : "B";
    return { kind: "commands", commands: [{ verb: "apply", job: spec.job_id, label, source }] };
  }
  const command = { verb, job: spec.job_id, source };
  // Whoever presses has the job's own commit before their eyes: the check run is on it.
  const hash = verb === "approve" ? spec.base?.sha : undefined;
  return { kind: "commands", commands: [{ ...command, ...(hash !== undefined && { hash }) }] };
}
