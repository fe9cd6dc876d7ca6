// What the parsers of all streams share: a line to JSON, and values to the short texts of events.
import { relative } from "node:path";
import { z } from "zod";
import type { AgentEvent } from "./agent.ts";

const JsonObject = z.record(z.string(), z.unknown());
export type JsonObject = z.infer<typeof JsonObject>;

/** The object on a line of JSON; undefined when there is none. */
export function parseJsonLine(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return JsonObject.safeParse(value).data;
  } catch {
    return undefined;
  }
}

/** A line that was not understood, cut to what a log can hold. */
export function unparsed(line: string): AgentEvent[] {
  return [{ type: "unparsed", line: cut(line, 1000) }];
}

/** What a tool was asked, in one short text: its command, file or pattern, else its input as JSON. */
export function toolDetail(input: unknown): string {
  const fields = JsonObject.safeParse(input).data ?? {};
  for (const key of ["command", "file_path", "filePath", "path", "pattern", "query", "url", "description"]) {
    const value = fields[key];
    if (typeof value === "string") return cut(value, 400);
  }
  return Object.keys(fields).length === 0 ? "" : cut(JSON.stringify(fields), 400);
}

/** A path as the repository names it, when it lies in the workspace. */
export function inWorkspace(path: string, workspace: string): string {
  const below = path.startsWith("/") ? relative(workspace, path) : path;
  return below === "" || below.startsWith("..") ? path : below;
}

export function cut(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : `${text.slice(0, maxChars - 1)}…`;
}

/** How much of a command's output an event carries. */
export const maxOutputChars = 4000;
