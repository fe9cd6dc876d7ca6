// The hidden marks by which Patchbay finds again what it said.

/** The mark of a single answer to a command that made no job. */
export function replyMarker(marker: string): string {
  return `<!-- patchbay:reply:${marker} -->`;
}

/** The mark of the one word to a pull request about something. */
export function noticeMarker(about: string): string {
  return `<!-- patchbay:notice:${about} -->`;
}

/** Whether a body carries this mark where we put it: at its very start. Quoted or pasted marks don't count. */
export function carries(body: string | null | undefined, marker: string): boolean {
  return body?.startsWith(marker) === true;
}
