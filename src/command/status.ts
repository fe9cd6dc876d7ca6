// The answer to `/agent status`: what runs, waits or is held on one issue or pull request.
import { heldPatches, shortHash } from "../job/held-patch.ts";
import type { JobSpec } from "../job/job-spec.ts";
import type { Ticket } from "../queue/contract.ts";
import type { ControlOptions } from "./control.ts";
import { jobOf, jobsHere } from "./control-jobs.ts";
import { code, plainCell } from "./quote.ts";
import type { Trigger } from "./trigger.ts";

const maxListed = 20;

/** Markdown, a line for each job. No line of it can be read as a command. */
export async function statusText(
  options: Pick<ControlOptions, "jobs" | "artifacts" | "trigger">,
  trigger: Trigger,
  jobId: string | undefined,
): Promise<string> {
  const { jobs } = options;
  const named = jobId === undefined ? undefined : await jobOf(jobs, trigger.repository, jobId);
  const found =
    jobId === undefined
      ? await jobsHere(jobs, trigger, ["running", "pending", "awaiting_approval"])
      : named
        ? [named]
        : [];
  if (found.length === 0) {
    return jobId === undefined
      ? "Nothing runs, waits or is held here."
      : "There is no such job in this repository.";
  }
  const lines: string[] = [];
  for (const ticket of found.slice(0, maxListed)) {
    const { id, payload } = ticket;
    lines.push(`- ${await standing(options, ticket)} · ${plainCell(payload.goal, 120)} · ${code(id)}`);
  }
  if (found.length > maxListed) lines.push(`- and ${found.length - maxListed} more`);
  return lines.join("\n");
}

async function standing(
  { jobs, artifacts, trigger }: Pick<ControlOptions, "jobs" | "artifacts" | "trigger">,
  { id, state, payload, note }: Ticket<JobSpec>,
): Promise<string> {
  switch (state) {
    case "pending": {
      const ahead = await jobs.position(id);
      const startsAt = await jobs.estimateStart(id);
      const place = ahead === undefined || ahead === 0 ? "next" : `${ahead} ahead`;
      return `**waits**, ${place}${startsAt ? `, probably until ${startsAt.toISOString().slice(11, 16)} UTC` : ""}`;
    }
    case "running": {
      const known = await artifacts.readState(id);
      const at = known?.steps.findIndex((step) => step.status === "running") ?? -1;
      const step = known?.steps[at];
      return step ? `**runs**, ${code(step.step_id)}, step ${at + 1} of ${payload.steps.length}` : "**runs**";
    }
    case "awaiting_approval": {
      const held = heldPatches(await artifacts.readResult(id));
      const words = held.map(({ label, sha256 }) => `${trigger} apply ${label ?? shortHash(sha256)}`);
      const by = (words.length === 0 ? [`${trigger} approve`] : words).map(code).join(" or ");
      return `**held**, ${by} lets it go on`;
    }
    case "done":
    case "failed":
    case "cancelled":
      return `**${state}**${note === undefined || note === "" ? "" : `, ${plainCell(note, 200)}`}`;
  }
}
