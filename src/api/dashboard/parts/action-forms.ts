// The buttons for what can be done about a job, each a form of its own.
import { html } from "hono/html";
import type { HeldPatch } from "../../../job/held-patch.ts";
import { jobPath } from "./job-line.ts";
import type { Frame, Html } from "./layout.ts";

export const actionVerbs = ["cancel", "retry", "approve", "apply", "discard"] as const;
export type ActionVerb = (typeof actionVerbs)[number];

interface Action {
  verb: ActionVerb;
  words: string;
  kind?: "main" | "danger";
  fields?: Record<string, string>;
  sure?: string;
}

/** What can be done about a job in this state; what somebody may is asked when it is done. */
export function actionsFor(
  status: string,
  held: readonly Pick<HeldPatch, "label" | "sha256">[],
  /** Whether its patch is to be put on a branch of its project by a word of its own. */
  canApply = false,
): Action[] {
  switch (status) {
    case "queued":
    case "preparing":
    case "running":
    case "retryable":
      return [{ verb: "cancel", words: "Cancel", kind: "danger", sure: "End this job?" }];
    case "needs_human": {
      const drop: Action = { verb: "discard", words: "Discard", kind: "danger", sure: "Drop what is held?" };
      if (held.length === 0) return [{ verb: "approve", words: "Approve", kind: "main" }, drop];
      const apply = held.map(({ label, sha256 }): Action => ({
        verb: "apply",
        words: label === undefined ? "Apply the patch" : `Apply ${label}`,
        kind: "main",
        fields: { sha256, ...(label !== undefined && { label }) },
      }));
      return [...apply, drop];
    }
    default: {
      const again: Action = { verb: "retry", words: "Retry" };
      return canApply ? [{ verb: "apply", words: "Put on a branch", kind: "main" }, again] : [again];
    }
  }
}

export function actionForms(frame: Frame, jobId: string, actions: readonly Action[]): Html {
  return html`<div class="actions">
    ${actions.map(
      ({ verb, words, kind = "", fields = {}, sure }) =>
        html`<form
          method="post"
          action="${jobPath(jobId)}/${verb}"
          ${sure === undefined ? "" : html`data-sure="${sure}"`}
        >
          <input type="hidden" name="form_token" value="${frame.formToken}" />
          ${Object.entries(fields).map(
            ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
          )}
          <button class="${kind}">${words}</button>
        </form>`,
    )}
  </div>`;
}
