// From the text of `.github/agent.yml` to a configuration, or to what is wrong with it and where.
import { closest } from "fastest-levenshtein";
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { RepositoryConfiguration } from "./schema.ts";

export const configurationPath = ".github/agent.yml";

export interface ConfigurationProblem {
  /** From 1. */
  line: number;
  column: number;
  /** The field, such as `pipelines.fix.steps.0.agent`; empty for the file as a whole. */
  field: string;
  message: string;
}

export type ReadConfiguration =
  | { kind: "valid"; configuration: RepositoryConfiguration }
  | { kind: "invalid"; problems: ConfigurationProblem[] };

/** What exists besides the file: names that it may refer to. */
export interface KnownNames {
  agents: readonly string[];
  /** Built-in ones. */
  pipelines: readonly string[];
}

/** As many are told at once; a file with more has one cause. */
const maxProblems = 20;

/** Reads the file; an empty one is valid. Never throws: every problem has its line and column. */
export function readConfiguration(text: string, known: KnownNames): ReadConfiguration {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    logLevel: "silent",
  });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({
      ...at(error.pos[0]),
      field: "",
      message: error.message,
    }));
    return { kind: "invalid", problems: problems.slice(0, maxProblems) };
  }

  let content: unknown;
  try {
    // Few aliases: a file can name one inside the other until nothing holds them any more.
    content = document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch {
    return { kind: "invalid", problems: [{ line: 1, column: 1, field: "", message: "too many aliases" }] };
  }
  const parsed = RepositoryConfiguration.safeParse(content);
  const issues = parsed.success ? unknownNames(parsed.data, known) : parsed.error.issues.flatMap(unfold);
  if (parsed.success && issues.length === 0) return { kind: "valid", configuration: parsed.data };

  const problems = issues.map(({ path, message }) => ({
    ...at(placeOf(document, path)),
    field: path.map(String).join("."),
    message,
  }));
  return {
    kind: "invalid",
    problems: problems.toSorted((one, other) => one.line - other.line).slice(0, maxProblems),
  };
}

/** Where a field stands: its value, its name when it has no value of its own, or else what it would belong to. */
function placeOf(document: Document, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth--) {
    const parent = document.getIn(path.slice(0, depth - 1).map(asKey), true);
    const last = asKey(path[depth - 1] ?? "");
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => isScalar(key) && key.value === last)
      : undefined;
    const value = document.getIn(path.slice(0, depth).map(asKey), true);
    const node = isScalar(value) || !pair ? value : pair.key;
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

interface Issue {
  path: readonly PropertyKey[];
  message: string;
}

/** A field too many is told at its own place, with the name that was probably meant. */
function unfold(issue: z.core.$ZodIssue): Issue[] {
  if (issue.code !== "unrecognized_keys") return [{ path: issue.path, message: issue.message }];
  const names = issue.path.length === 0 ? Object.keys(RepositoryConfiguration.shape) : [];
  return issue.keys.map((key) => {
    const meant = names.length === 0 ? "" : `; did you mean ${closest(key.slice(0, 40), names)}?`;
    return { path: [...issue.path, key], message: `there is no such field${meant}` };
  });
}

function unknownNames(configuration: RepositoryConfiguration, known: KnownNames): Issue[] {
  const issues: Issue[] = [];
  const expect = (name: string, names: readonly string[], what: string, path: PropertyKey[]): void => {
    if (names.includes(name)) return;
    const message = `there is no ${what} ${name.slice(0, 64)}; did you mean ${closest(name, [...names])}? Known: ${names.join(", ")}`;
    issues.push({ path, message });
  };
  const pipelines = [...new Set([...known.pipelines, ...Object.keys(configuration.pipelines)])];
  for (const [label, pipeline] of Object.entries(configuration.labels)) {
    expect(pipeline, pipelines, "pipeline", ["labels", label]);
  }
  const repair = configuration.on_ci_failure?.pipeline;
  if (repair !== undefined) expect(repair, pipelines, "pipeline", ["on_ci_failure", "pipeline"]);
  for (const [role, agent] of Object.entries(configuration.agents)) {
    expect(agent, known.agents, "agent", ["agents", role]);
  }
  for (const agent of Object.keys(configuration.models)) {
    expect(agent, known.agents, "agent", ["models", agent]);
  }
  for (const [name, { steps }] of Object.entries(configuration.pipelines)) {
    for (const [index, { agent }] of steps.entries()) {
      expect(agent, known.agents, "agent", ["pipelines", name, "steps", index, "agent"]);
    }
  }
  return issues;
}

function asKey(part: PropertyKey): string | number {
  return typeof part === "symbol" ? String(part) : part;
}
