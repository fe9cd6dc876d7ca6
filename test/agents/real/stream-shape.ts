// What stays the same when a CLI is run twice: its stream with made-up identifiers and times, and the shapes of its lines.
import { z } from "zod";

const uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const volatile = new RegExp(
  `${uuid}|\\b(?:ses|msg|prt|item|req|toolu|call|fc|ctc)_[A-Za-z0-9]{10,}|\\b[a-z_]+_\\d{13}(?=_)`,
  "g",
);
const isoTime = /\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;
const clock = /(?:_ms|Ms|time|timestamp|start|end|created|updated|wall|pid)$/i;

/** The stream as it is kept: identifiers numbered, clocks stopped. Lines that are not JSON are kept as they are. */
export function settle(stream: string): string {
  const seen = new Map<string, string>();
  const numbered = stream.replaceAll(volatile, (id) => {
    const known = seen.get(id) ?? rename(id, seen.size + 1);
    seen.set(id, known);
    return known;
  });
  const lines = numbered.replaceAll(isoTime, "2026-01-01T00:00:00.000Z").trimEnd().split("\n");
  return `${lines.map((line) => JSON.stringify(stopClocks(parse(line))) ?? line).join("\n")}\n`;
}

function rename(id: string, number: number): string {
  const underscore = id.indexOf("_");
  if (underscore === -1) return `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
  return `${id.slice(0, underscore)}_${String(number).padStart(10, "0")}`;
}

function stopClocks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stopClocks);
  const object = z.record(z.string(), z.unknown()).safeParse(value).data;
  if (!object) return value;
  return Object.fromEntries(
    Object.entries(object).map(([key, one]) => [
      key,
      typeof one === "number" && clock.test(key) ? 0 : stopClocks(one),
    ]),
  );
}

/** The distinct shapes of a stream's lines: which keys there are, with which types of values; sorted. */
export function shapesOf(stream: string): string[] {
  const lines = stream.trimEnd().split("\n");
  return [...new Set(lines.map((line) => shapeOf(parse(line), "type")))].toSorted();
}

/** Values of `type` and `subtype` count as part of the shape; other values don't. */
function shapeOf(value: unknown, key: string): string {
  if (Array.isArray(value))
    return `[${[...new Set(value.map((one) => shapeOf(one, "")))].toSorted().join("|")}]`;
  const object = z.record(z.string(), z.unknown()).safeParse(value).data;
  if (object) {
    const entries = Object.entries(object).toSorted(([a], [b]) => a.localeCompare(b));
    return `{${entries.map(([name, one]) => `${name}:${shapeOf(one, name)}`).join(",")}}`;
  }
  if (typeof value === "string" && /^(?:type|subtype)$/.test(key)) return JSON.stringify(value);
  return value === null ? "null" : typeof value;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
