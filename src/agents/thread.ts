// Which comments of the conversation go into a prompt. Pure.
import type { ContextMessage, JobSpec } from "../job/job-spec.ts";
import { cutText } from "./limit-inputs.ts";
import { fence, visibleText } from "./untrusted-text.ts";

const slidingMessages = 12;
const summaryChars = 140;
const summariesChars = 4000;

type Thread = Pick<JobSpec, "context_window" | "context_strategy">;

/**
 * The comments before the request, oldest first, each fenced: all of them (`full`), the last 12 (`sliding`), or the last
 * 12 with the older ones at 140 characters each, 4,000 in all (`summarize`). Empty when there are none.
 */
export function renderThread({ context_window: messages, context_strategy: strategy }: Thread): string {
  const keep = strategy === "full" ? messages.length : slidingMessages;
  const older = messages.slice(0, Math.max(0, messages.length - keep));
  const parts = messages
    .slice(older.length)
    .map((message) => fence(sourceOf(message), visibleText(message.content)));
  if (older.length === 0) return parts.join("\n\n");
  if (strategy !== "summarize") return [leftOut(older.length), ...parts].join("\n\n");
  const { lines, missing } = summarizeMessages(older);
  const start = fence("start of each older comment", lines.join("\n"));
  return [...(missing > 0 ? [leftOut(missing)] : []), start, ...parts].join("\n\n");
}

/** One line for each message, the latest kept when not all fit. */
function summarizeMessages(messages: readonly ContextMessage[]): { lines: string[]; missing: number } {
  const lines: string[] = [];
  let chars = 0;
  for (const message of messages.toReversed()) {
    const flat = visibleText(message.content).replaceAll(/\s+/g, " ");
    const text = flat.length <= summaryChars ? flat : `${cutText(flat, summaryChars - 1)}…`;
    const line = `- ${authorOf(message)}: ${text}`;
    chars += line.length + 1;
    if (chars > summariesChars) break;
    lines.unshift(line);
  }
  return { lines, missing: messages.length - lines.length };
}

function leftOut(number: number): string {
  return `(${number} older ${number === 1 ? "comment is" : "comments are"} left out.)`;
}

function sourceOf(message: ContextMessage): string {
  const when = message.created_at === undefined ? "" : ` at ${message.created_at}`;
  return `${message.role === "user" ? "comment" : `${message.role} message`} by ${authorOf(message)}${when}`;
}

function authorOf(message: ContextMessage): string {
  return message.author === undefined ? "someone unnamed" : `@${visibleText(message.author)}`;
}
