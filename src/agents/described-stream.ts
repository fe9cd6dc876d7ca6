// The output of a described CLI: plain text, or JSON lines with the fields that its description names.
import type { AgentEvent } from "./agent.ts";
import type { StreamParser } from "./cli-adapter.ts";
import type { DescribedFailure, JsonLines } from "./described-cli.ts";
import { classifyFailure, type Failure } from "./failure.ts";
import { cut, parseJsonLine, unparsed } from "./stream.ts";

const maxTextChars = 200_000;

/** All of stdout is the report; of more than 200,000 characters the end is kept. */
export function createTextParser(): StreamParser {
  const text = createTail("\n");
  return {
    line(line) {
      text.add(line);
      return line.trim() === "" ? [] : [{ type: "message", text: cut(line, 2000) }];
    },
    end: () => (text.value().trim() === "" ? [] : [{ type: "final", text: text.value() }]),
  };
}

/** Numbers are taken as the latest word about the whole run. `failures` are looked through in their order. */
export function createJsonLinesParser(
  fields: JsonLines,
  failures: readonly DescribedFailure[] = [],
): StreamParser {
  const { error: errors = [] } = fields;
  const errorFields = typeof errors === "string" ? [{ path: errors, when: {} }] : errors;
  const pieces = createTail("");
  let last = "";
  let session: string | undefined;
  let usage: { tokensIn?: number; tokensOut?: number; costUsd?: number } = {};

  /** A message that came in pieces ends with the first line that is none of them. */
  function endMessage(): void {
    const text = pieces.value();
    if (text !== "") last = text;
    pieces.clear();
  }

  return {
    line(line) {
      const value = parseJsonLine(line);
      if (!value) return unparsed(line);
      const message = holds(fields.message_when, value) ? textAt(value, fields.message) : undefined;
      const events: AgentEvent[] = [];
      if (message === undefined) endMessage();
      else {
        if (fields.message_join) pieces.add(message);
        else last = message;
        events.push({ type: "message", text: message });
      }
      const id = textAt(value, fields.session);
      if (id !== undefined && id !== session) {
        session = id;
        events.push({ type: "session", sessionId: id });
      }
      const error = errorFields
        .filter(({ when }) => holds(when, value))
        .map(({ path }) => textAt(value, path))
        .find((text) => text !== undefined && text !== "");
      if (error !== undefined) {
        events.push({ type: "error", ...failureIn(error, failures), message: cut(error, 1500) });
      }
      const tokensIn = numberAt(value, fields.tokens_in);
      const tokensOut = numberAt(value, fields.tokens_out);
      const costUsd = numberAt(value, fields.cost);
      usage = {
        ...usage,
        ...(tokensIn === undefined ? {} : { tokensIn }),
        ...(tokensOut === undefined ? {} : { tokensOut }),
        ...(costUsd === undefined ? {} : { costUsd }),
      };
      return events;
    },
    end() {
      endMessage();
      const events: AgentEvent[] = [];
      const { tokensIn, tokensOut, costUsd } = usage;
      if (tokensIn !== undefined || tokensOut !== undefined || costUsd !== undefined) {
        events.push({ type: "usage", tokensIn, tokensOut, costUsd, cumulative: "none" });
      }
      if (last.trim() !== "") events.push({ type: "final", text: last });
      return events;
    },
  };
}

function holds(conditions: Record<string, string>, value: unknown): boolean {
  return Object.entries(conditions).every(([path, text]) => String(fieldAt(value, path)) === text);
}

/** A pattern sees no more than this of an error. */
const maxErrorChars = 4000;

/** The description's own word for an error, else what is known of all of them. */
function failureIn(error: string, failures: readonly DescribedFailure[]): Failure {
  const text = error.slice(0, maxErrorChars);
  const told = failures.find(({ says }) => new RegExp(says, "i").test(text));
  if (told) return { code: told.code, retryable: told.retryable };
  return classifyFailure({ text }) ?? { code: "crashed", retryable: false };
}

/** Text that grows at its end and is forgotten at its start. */
function createTail(between: string): { add(text: string): void; value(): string; clear(): void } {
  let parts: string[] = [];
  let chars = 0;
  function value(): string {
    const text = parts.join(between).slice(-maxTextChars);
    parts = [text];
    chars = text.length;
    return text;
  }
  return {
    add(text) {
      parts.push(text);
      chars += text.length + between.length;
      if (chars > 2 * maxTextChars) value();
    },
    value,
    clear() {
      parts = [];
      chars = 0;
    },
  };
}

/** Own fields only: a path never reaches what an object inherits. */
function fieldAt(value: unknown, path: string): unknown {
  let at = value;
  for (const name of path.split(".")) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return undefined;
    at = Object.getOwnPropertyDescriptor(at, name)?.value;
  }
  return at;
}

function textAt(value: unknown, path: string | undefined): string | undefined {
  const found = path === undefined ? undefined : fieldAt(value, path);
  return typeof found === "string" ? found : undefined;
}

function numberAt(value: unknown, path: string | undefined): number | undefined {
  const found = path === undefined ? undefined : fieldAt(value, path);
  return typeof found === "number" && Number.isFinite(found) && found >= 0 ? found : undefined;
}
