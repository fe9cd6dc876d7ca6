// What can concern us at all, told from a payload's own words: most deliveries end here, in memory.
import { z } from "zod";
import { isBot } from "../command/authorize.ts";
import { runningLabel } from "../command/label.ts";
import { withoutHidden } from "../command/hidden-characters.ts";
import { readButtonId } from "../job/button.ts";
import { goneNames } from "./handler.ts";
import { Account } from "./payload.ts";

const gone: ReadonlySet<string> = new Set(goneNames);

const Asking = z.object({
  action: z.string(),
  sender: Account,
  comment: z.object({ body: z.string().nullish() }).optional(),
  review: z.object({ body: z.string().nullish() }).optional(),
  label: z.object({ name: z.string() }).optional(),
  check_run: z.object({ external_id: z.string().nullish(), name: z.string().default("") }).optional(),
  requested_action: z.object({ identifier: z.string() }).optional(),
});

/**
 * Returns whether a delivery may hold a command: a new comment or review that has the trigger word somewhere, or a label put on, the label
 * of a running job taken off, or a button pressed, from a person or a listed bot. It errs towards yes; the handlers decide.
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
        return (
          /^[0-9a-f]{32}$/.test(run?.external_id ?? "") && (run?.name.startsWith("patchbay / ") ?? false)
        );
      case "check_run.requested_action":
        return readButtonId(action?.identifier ?? "", run?.external_id ?? "") !== undefined;
      default:
        return false;
    }
  };
}
