// The hidden mark at the start of a job's comment and of its pull request.

export function jobMarker(jobId: string): string {
  return `<!-- patchbay:job:${jobId} -->`;
}

/** The job whose mark a body begins with; undefined for any other body. Whoever may edit the body can have changed it. */
export function markedJob(body: string | null | undefined): string | undefined {
  return /^<!-- patchbay:job:([0-9a-f]{32}) -->/.exec(body ?? "")?.[1];
}
