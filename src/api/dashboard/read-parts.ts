// The texts of a job's pages, bounded and masked once more.
import { readFrom } from "../../artifacts/follow.ts";
import type { Artifacts } from "../../artifacts/store.ts";
import { safeJoin } from "../../io/file.ts";
import { candidatesOf } from "../../job/compare.ts";
import type { JobView } from "./job-files.ts";
import type { Change, StepParts, StepText } from "./pages/job-parts.ts";
import { shownPatch } from "./parts/patch-view.ts";

const maxTextBytes = 200_000;
const maxPatchBytes = 2_000_000;

type Files = Pick<Artifacts, "stepFolder" | "readPatch" | "readCandidate">;
type Mask = (text: string) => string;

/** The beginning of a step's file; undefined when there is none. */
async function readText(
  artifacts: Pick<Artifacts, "stepFolder">,
  mask: Mask,
  { spec }: JobView,
  stepId: string,
  file: string,
): Promise<string | undefined> {
  try {
    const path = safeJoin(artifacts.stepFolder(spec.job_id, stepId), file);
    const { text } = await readFrom(path, 0, maxTextBytes + 1);
    if (text.length === 0) return undefined;
    const cut = text.length > maxTextBytes ? "\n… the rest is in the file" : "";
    return `${mask(text.subarray(0, maxTextBytes).toString("utf8"))}${cut}`;
  } catch {
    return undefined;
  }
}

export async function readLogs(artifacts: Files, mask: Mask, view: JobView): Promise<StepText[]> {
  const logs: StepText[] = [];
  for (const { step_id: stepId } of view.spec.steps) {
    const text = await readText(artifacts, mask, view, stepId, "logs.txt");
    if (text !== undefined) logs.push({ stepId, text });
  }
  return logs;
}

export async function readSteps(artifacts: Files, mask: Mask, view: JobView): Promise<StepParts[]> {
  return Promise.all(
    view.spec.steps.map(async ({ step_id: stepId }) => ({
      stepId,
      report: await readText(artifacts, mask, view, stepId, "report.md"),
      prompt: await readText(artifacts, mask, view, stepId, "prompt.md"),
      events: await readText(artifacts, mask, view, stepId, "events.jsonl"),
    })),
  );
}

const withheld =
  "A secret was found in this patch, so it is not shown. It lies on the machine that runs Patchbay.";

/** The job's patch, or the two of which one is to be chosen. One with a secret is not shown. */
export async function readChanges(artifacts: Files, mask: Mask, view: JobView): Promise<Change[]> {
  const { spec, result } = view;
  if (!result) return [];
  const candidates = result.candidates ?? [];
  if (candidates.length > 0 && result.chosen === undefined) {
    const changes: Change[] = [];
    for (const { label } of candidatesOf(spec.compare)) {
      const candidate = candidates.find((one) => one.label === label);
      if (!candidate?.patch) continue;
      const name = `${label}, by ${candidate.agent}`;
      const isClean = candidate.secrets_check === "passed";
      const bytes = isClean ? await artifacts.readCandidate(spec.job_id, label) : undefined;
      changes.push(changeOf(name, isClean, bytes, mask));
    }
    return changes;
  }
  if (!result.patch) return [];
  const isClean = result.secrets_check === "passed";
  const bytes = isClean ? await artifacts.readPatch(spec.job_id) : undefined;
  return [changeOf("", isClean, bytes, mask)];
}

function changeOf(name: string, isClean: boolean, bytes: Buffer | undefined, mask: Mask): Change {
  if (!isClean) return { name, patch: undefined, why: withheld };
  if (!bytes) return { name, patch: undefined, why: "The patch's file is gone." };
  const patch = shownPatch(mask(bytes.subarray(0, maxPatchBytes).toString("utf8")));
  return { name, patch };
}
