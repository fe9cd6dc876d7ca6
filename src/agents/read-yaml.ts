// YAML (or JSON, which is YAML) checked by a schema; what is wrong is told with its line and field.
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";

export type ReadYaml<T> = { value: T } | { problems: string[] };

/** Problems are such as "line 3, 0.args: Invalid input"; those of a union are those of its likeliest member. */
export function readYaml<T>(text: string, schema: z.ZodType<T>): ReadYaml<T> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  // Those after the first are mostly its echo.
  const [broken] = document.errors;
  if (broken) return { problems: [`line ${lines.linePos(broken.pos[0]).line}: ${broken.message}`] };
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return { problems: [error instanceof Error ? error.message : String(error)] };
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return { value: parsed.data };

  function lineOf(path: readonly PropertyKey[]): string {
    const offset = offsetOf(document.contents, path);
    return offset === undefined ? "" : `line ${lines.linePos(offset).line}, `;
  }
  return {
    problems: parsed.error.issues
      .flatMap((issue) => flatten(issue, []))
      .map(({ path, message }) => {
        const field = path.map(String).join(".") || "the file";
        return `${lineOf(path)}${field}: ${message}`;
      }),
  };
}

interface Problem {
  path: PropertyKey[];
  message: string;
}

function flatten(issue: z.core.$ZodIssue, above: readonly PropertyKey[]): Problem[] {
  const path = [...above, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: [...path, key], message: "there is no such field" }));
  }
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    // The member that was meant is the one whose problems lie deepest.
    const members = issue.errors.map((issues) => issues.flatMap((one) => flatten(one, path)));
    const depth = (problems: readonly Problem[]): number =>
      Math.max(0, ...problems.map((one) => one.path.length));
    const deepest = Math.max(...members.map(depth));
    const meant = members.find((problems) => depth(problems) === deepest);
    if (meant && deepest > path.length) return meant;
  }
  return [{ path, message: issue.message }];
}

/** Where the last part of a path that is there begins: a field at its name. */
function offsetOf(root: unknown, path: readonly PropertyKey[]): number | undefined {
  let node = root;
  let offset = startOf(root);
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        ({ key }) => (isScalar(key) ? String(key.value) : undefined) === String(part),
      );
      if (!pair) return offset;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      offset = startOf(node) ?? offset;
    } else return offset;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
