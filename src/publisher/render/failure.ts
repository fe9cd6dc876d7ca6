// Each class of failure in words, and what a person can do about it.
import type { ErrorCode } from "../../job/error-code.ts";

export interface Failure {
  /** Completes "the job failed because …". */
  words: string;
  next: string;
}

const again = "Ask again with the same comment.";
const smaller = "Ask for a smaller change, or split the request.";
const operator = "Whoever runs this Patchbay can look at the log.";

const failures: Record<ErrorCode, Failure> = {
  policy: { words: "the rules here don't allow it", next: "Change the request, or the rule that is named." },
  preflight: {
    words: "the machine isn't ready for it",
    next: "Whoever runs this Patchbay can run `patchbay doctor`.",
  },
  unknown_agent: {
    words: "it asks for an agent that isn't set up",
    next: "Name another one with `--agent`.",
  },
  invalid_job: { words: "the request isn't valid", next: "Correct what is named and ask again." },
  budget: { words: "the budget is used up", next: "Raise the budget, or ask again when it is renewed." },
  auth: {
    words: "the agent's provider refused its key",
    next: "Whoever runs this Patchbay can renew the key.",
  },
  rate_limited: { words: "a rate limit was reached", next: `Wait a while. ${again}` },
  overloaded: { words: "the agent's provider is overloaded", next: `Wait a while. ${again}` },
  context_too_long: { words: "the conversation is too long for the model", next: smaller },
  refused: {
    words: "the agent declined the request",
    next: "Say it in other words, or name another agent with `--agent`.",
  },
  max_turns: { words: "the agent used up its turns", next: smaller },
  timeout: { words: "it ran out of time", next: smaller },
  stalled: { words: "the agent went silent", next: again },
  memory: { words: "it needed more memory than it may have", next: smaller },
  pids: { words: "it started more processes than it may", next: smaller },
  output: { words: "it wrote more output than it may", next: smaller },
  crashed: {
    words: "the agent's program crashed",
    next: `${again} If it happens twice, try another agent with \`--agent\`.`,
  },
  bad_output: { words: "the agent's answer could not be read", next: again },
  secrets_check_failed: {
    words: "the change holds a secret",
    next: "Remove the secret from what was asked, and renew it if it was real.",
  },
  verify: {
    words: "the repository's own checks fail on the change",
    next: "Look at what they said. `continue` with a hint lets the agent go on from its change.",
  },
  gate: {
    words: "a person has to look at the change",
    next: "Look at the change, and apply it by hand if it is wanted.",
  },
  missing_patch: { words: "the patch is gone", next: again },
  invalid_patch_path: { words: "the patch names a path outside of the repository", next: again },
  patch_apply_failed: { words: "the patch does not fit the base commit", next: again },
  non_git_workdir: {
    words: "the folder to work in is not a git repository",
    next: "Name a folder that is one.",
  },
  awaiting_human: { words: "it waits for a person's decision", next: "Decide what is asked above." },
  step_failed: { words: "a step did not do its work", next: again },
  conflict: {
    words: "the branch moved meanwhile",
    next: "Say `continue`: it puts the change onto what is there now and solves the conflict.",
  },
  github: { words: "GitHub refused", next: "Mend what GitHub names, then ask again." },
  internal: {
    words: "of a fault in Patchbay itself",
    next: `${operator} Please report it with the job's id.`,
  },
};

/** What a class of failure means. */
export function failureOf(code: ErrorCode): Failure {
  return failures[code];
}
