// What is wanted of a job, and in whose words.
import { UserError } from "../errors.ts";
import { type JobSpec, maxGoalChars } from "../job/job-spec.ts";
import type { Pipeline } from "../job/pipelines.ts";
import type { AskedThread } from "./review-thread.ts";
import { cut } from "./thread.ts";
import type { JobCommand } from "./to-job-spec.ts";
import type { Trigger } from "./trigger.ts";

/**
 * The command's own words; without any the title, or in a review thread the remark that began it. Throws UserError
 * when that remark can't be had as it was.
 */
export function goalOf(
  { text, source }: Pick<JobCommand, "text" | "source">,
  pipeline: Pick<Pipeline, "name" | "spoken">,
  { trigger, reviewThread }: { trigger: Trigger; reviewThread?: AskedThread | undefined },
): Pick<JobSpec, "goal" | "goal_by"> {
  if (text.trim() !== "") return { goal: pipeline.spoken === true ? `${pipeline.name} ${text}` : text };
  if (!reviewThread) return { goal: trigger.subject.title };
  if (trigger.comment?.id === trigger.thread?.first) {
    const before = trigger.text.split(source)[0]?.trim() ?? "";
    if (before !== "") return { goal: cut(before, maxGoalChars) };
    throw new UserError(
      "This comment says where, but not what. Write what is wanted before or after the command, or answer to a remark with it.",
      { code: "invalid_job" },
    );
  }
  const { remark } = reviewThread;
  if (remark) return { goal: cut(remark.text, maxGoalChars), goal_by: remark.by };
  throw new UserError(
    "The remark that began this thread was changed or deleted after the command was written, so it was not taken. Ask again, or say after the command what is wanted.",
    { code: "invalid_job" },
  );
}
