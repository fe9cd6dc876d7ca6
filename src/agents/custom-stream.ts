// The output of a described CLI: plain text, or JSON lines with the fields that its description names.
import type { AgentEvent } from "./agent.ts";
import type { StreamParser } from "./cli-adapter.ts";
import type { JsonLines } from "./custom-agent.ts";
import { classifyFailure } from "./failure.ts";
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

/** Numbers are taken as the latest word about the whole run. */
export function createJsonLinesParser(fields: JsonLines): StreamParser {
  const joined = createTail("");
  let last = "";
  let session: string | undefined;
  let usage: { tokensIn?: number; tokensOut?: number; costUsd?: number } = {};

  return {
    line(line) {
      const value = parseJsonLine(line);
      if (!value) return unparsed(line);
      const events: AgentEvent[] = [];
      const id = textAt(value, fields.session);
      if (id !== undefined && id !== session) {
        session = id;
        events.push({ type: "session", sessionId: id });
      }
      const message = textAt(value, fields.message);
      const wanted = Object.entries(fields.message_when).every(
        ([path, text]) => String(fieldAt(value, path)) === text,
      );
      if (message !== undefined && wanted) {
        joined.add(message);
        last = message;
        events.push({ type: "message", text: message });
      }
      const error = textAt(value, fields.error);
      if (error !== undefined && error !== "") {
        const failure = classifyFailure({ text: error }) ?? { code: "crashed" as const, retryable: false };
        events.push({ type: "error", ...failure, message: cut(error, 1500) });
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
      const events: AgentEvent[] = [];
      const { tokensIn, tokensOut, costUsd } = usage;
      if (tokensIn !== undefined || tokensOut !== undefined || costUsd !== undefined) {
        events.push({ type: "usage", tokensIn, tokensOut, costUsd, cumulative: "none" });
      }
      const text = fields.message_join ? joined.value() : last;
      if (text.trim() !== "") events.push({ type: "final", text });
      return events;
    },
  };
}

/** Text that grows at its end and is forgotten at its start. */
function createTail(between: string): { add(text: string): void; value(): string } {
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
