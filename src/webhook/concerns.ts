// What can concern us at all, told from a payload's own words: most deliveries end here, in memory.
import { z } from "zod";
import { isBot } from "../command/authorize.ts";
import { runningLabel } from "../command/label.ts";
import { withoutHidden } from "../command/hidden-characters.ts";
import { readButtonId } from "../job/button.ts";
import { goneNames } from "./dispatch.ts";
import { Account } from "./payload.ts";

const gone: ReadonlySet<string> = new Set(goneNames);

const Asking = z.object({
  action: z.string(),
  sender: Account,
  comment: z.object({ body: z.string().nullish() }).optional(),
  review: z.object({ body: z.string().nullish() }).optional(),
  label: z.object({ name: z.string() }).optional(),
  check_run: z
    .object({
      external_id: z.string().nullish(),
      name: z.string().default(""),
      conclusion: z.string().nullish(),
      pull_requests: z.array(z.unknown()).default([]),
    })
    .optional(),
  requested_action: z.object({ identifier: z.string() }).optional(),
});

type Run = z.infer<typeof Asking>["check_run"];

function isOwnCheck(run: Run): boolean {
  return /^[0-9a-f]{32}$/.test(run?.external_id ?? "") && (run?.name.startsWith("patchbay / ") ?? false);
}

function mayWantRepair(run: Run): boolean {
  const hasFailed = run?.conclusion === "failure" || run?.conclusion === "timed_out";
  return hasFailed && run.pull_requests.length > 0 && !isOwnCheck(run);
}

/**
 * Returns whether a delivery may hold a command: a new comment or review that has the trigger word somewhere, or a label put on, the label
 * of a running job taken off, or a button pressed, from a person or a listed bot; or
 * that a check failed on a pull request. It errs towards yes; the handlers decide.
 */
export function createConcerns(options: {
  /** Such as `/agent`. */
  trigger: string;
  /** Such as `agent:`. */
  labelPrefix: string;
  /** Login names in lower case. */
  allowedBots: ReadonlySet<string>;
}): (event: string, payload: unknown) => boolean {
  const trigger = options.trigger.toLowerCase();
  const labelPrefix = options.labelPrefix.toLowerCase();

  function mentions(text: string | null | undefined): boolean {
    return withoutHidden(text ?? "")
      .toLowerCase()
      .includes(trigger);
  }

  return (event, payload) => {
    const asking = Asking.safeParse(payload);
    if (!asking.success) return false;
    const { sender, comment, review, label, check_run: run, requested_action: action } = asking.data;
    // Whoever did it: what is gone is gone.
    if (gone.has(`${event}.${asking.data.action}`)) return true;
    // Checks are run by bots.
    if (event === "check_run" && asking.data.action === "completed") return mayWantRepair(run);
    if (isBot(sender) && !options.allowedBots.has(sender.login.toLowerCase())) return false;
    switch (`${event}.${asking.data.action}`) {
      case "issue_comment.created":
      case "pull_request_review_comment.created":
        return mentions(comment?.body);
      case "pull_request_review.submitted":
        return mentions(review?.body);
      case "issues.labeled":
      case "pull_request.labeled":
        // Any: a repository can give each label a pipeline.
        return label !== undefined;
      case "pull_request.opened":
      case "pull_request.reopened":
      case "pull_request.synchronize":
        return true;
      case "issues.unlabeled":
      case "pull_request.unlabeled":
        return label?.name.toLowerCase() === `${labelPrefix}${runningLabel}`;
      case "check_run.rerequested":
        return isOwnCheck(run);
      case "check_run.requested_action":
        return readButtonId(action?.identifier ?? "", run?.external_id ?? "") !== undefined;
      default:
        return false;
    }
  };
}
