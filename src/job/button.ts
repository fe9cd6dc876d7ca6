// The identifier of a check run's button: what it asks for, and of which job it is.

const buttonVerbs = ["cancel", "retry", "apply", "apply-a", "apply-b", "approve", "discard"] as const;
export type ButtonVerb = (typeof buttonVerbs)[number];

/** Of the job's id as much as GitHub's 20 characters leave; the whole id is the check run's external id. */
const idChars = 12;

export function buttonId(verb: ButtonVerb, jobId: string): string {
  return `${verb}:${jobId.slice(-idChars)}`;
}

/** What a button of this job's check run asks for; undefined when it is none of its buttons. */
export function readButtonId(identifier: string, jobId: string): ButtonVerb | undefined {
  return buttonVerbs.find((verb) => buttonId(verb, jobId) === identifier);
}
