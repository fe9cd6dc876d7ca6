// What each model API is to the scripted model: read a request, say a turn.
import type { ToolCall } from "./actions.ts";

/** What the model needs to know of a request, whichever API it came by. */
export interface Asked {
  model: string;
  stream: boolean;
  /** The first message of a person. */
  first: string;
  /** How often the model has spoken already. */
  spoken: number;
  /** Offered tools; a custom one takes free text instead of arguments. */
  tools: ReadonlyMap<string, "function" | "custom">;
  /** The JSON Schema of an answer that is to be data: the CLI asks for itself, and that is no turn of the script. */
  schema?: unknown;
  /** The CLI's working directory, as far as the request tells. */
  folder: string;
}

export interface Answer {
  text: string;
  calls: ToolCall[];
  usage: { input: number; cached: number; output: number };
  refused: boolean;
}

export interface Protocol {
  read(body: unknown, url: URL): Asked;
  /** Server-sent events, each with its name when it has one. */
  stream(answer: Answer, asked: Asked): { event?: string; data: unknown }[];
  whole(answer: Answer, asked: Asked): unknown;
  error(status: number, message: string): unknown;
  contextTooLong: { status: number; body: unknown };
}

/** The working directory, which every CLI names somewhere in its prompt. */
export function folderIn(text: string): string {
  const named = /(?:working directory|cwd)[^/\n]{0,20}(\/[^\s`"'<\\]+)/i.exec(text)?.[1];
  return named ?? /workspace directories:[*\s]*- (\/\S+)/i.exec(text)?.[1] ?? "/";
}
