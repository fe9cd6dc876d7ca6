// Every request and every answer is held against GitHub's own description of its API.
import { z } from "zod";
import { explain, readDescription } from "./description.ts";
import { Json } from "./dialect.ts";
import type { Route } from "./served.ts";

const Parameter = z.object({
  name: z.string(),
  in: z.enum(["path", "query", "header", "cookie"]),
  required: z.boolean().default(false),
  schema: Json,
});
const Response = z.object({
  content: z.record(z.string(), z.object({ schema: Json.optional() })).optional(),
});

export interface Validator {
  /** What is wrong with a request; empty when nothing is. Path and query parameters arrive as text. */
  request(route: Route, parts: RequestParts): string[];
  /** What is wrong with an answer of ours. */
  response(route: Route, status: number, body: unknown): string[];
}

interface RequestParts {
  path: Record<string, string>;
  query: Record<string, string>;
  body: unknown;
}

let shared: Validator | null = null;

/** The validator over the vendored extract, read once per process. */
export function validator(): Validator {
  shared ??= createValidator(new URL("rest.json", import.meta.url));
  return shared;
}

function createValidator(file: URL): Validator {
  const { description, compile, dereference } = readDescription(file);

  function operation(route: Route) {
    const [method = "", path = ""] = route.split(" ");
    const found = description.paths[path]?.[method.toLowerCase()];
    if (!found) throw new Error(`finding ${route} in the description: run scripts/extract-github-openapi.ts`);
    return found;
  }

  function parametersSchema(route: Route, place: "path" | "query"): Json {
    const all = operation(route).parameters.map((one) => Parameter.parse(dereference(one)));
    const mine = all.filter((one) => one.in === place);
    return {
      type: "object",
      properties: Object.fromEntries(mine.map((one) => [one.name, one.schema])),
      // The root folder is contents/ with an empty path.
      required: mine.filter((one) => one.required && one.name !== "path").map((one) => one.name),
    };
  }

  function request(route: Route, { path, query, body }: RequestParts): string[] {
    const problems: string[] = [];
    for (const [place, values] of [
      ["path", path],
      ["query", query],
    ] as const) {
      const check = compile("text", `${route} ${place}`, () => parametersSchema(route, place));
      if (!check({ ...values })) problems.push(...explain(check));
    }
    const described = operation(route).requestBody;
    const schema = described?.content["application/json"]?.schema;
    if (described && schema !== undefined && (described.required || body !== undefined)) {
      const check = compile("json", `${route} body`, () => schema);
      if (!check(body ?? {})) problems.push(...explain(check));
    }
    return problems;
  }

  function response(route: Route, status: number, body: unknown): string[] {
    if (status >= 300) return [];
    const described = operation(route).responses[String(status)];
    if (described === undefined) return [`${route} does not answer ${status}`];
    const found = Response.safeParse(dereference(described));
    const schema = found.data?.content?.["application/json"]?.schema;
    if (schema === undefined)
      return body === undefined || status === 202 ? [] : [`${route} answers without a body`];
    const check = compile("json", `${route} ${status}`, () => schema);
    return check(body) ? [] : explain(check);
  }

  return { request, response };
}
