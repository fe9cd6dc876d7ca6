// Every request and every answer is held against GitHub's own description of its API.
import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { z } from "zod";
import { Json, isObject, type JsonObject, toJsonSchema } from "./dialect.ts";
import type { Route } from "./served.ts";

const Parameter = z.object({
  name: z.string(),
  in: z.enum(["path", "query", "header", "cookie"]),
  required: z.boolean().default(false),
  schema: Json,
});
const Content = z.record(z.string(), z.object({ schema: Json.optional() }));
const Body = z.object({ required: z.boolean().default(false), content: Content });
const Operation = z.object({
  parameters: z.array(Json),
  requestBody: Body.optional(),
  responses: z.record(z.string(), Json),
});
const Description = z.object({
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  "x-webhooks": z.record(z.string(), Json),
  components: z.record(z.string(), z.record(z.string(), Json)),
});

export interface Validator {
  /** What is wrong with a request; empty when nothing is. Path and query parameters arrive as text. */
  request(route: Route, parts: RequestParts): string[];
  /** What is wrong with an answer of ours. */
  response(route: Route, status: number, body: unknown): string[];
  /** What is wrong with a webhook payload; null when the event is not described. */
  webhook(event: string, action: string | null, payload: unknown): string[] | null;
}

export interface RequestParts {
  path: Record<string, string>;
  query: Record<string, string>;
  body: unknown;
}

let shared: Validator | null = null;

/** The validator over the vendored extract; schemas are compiled when they are first needed, once per process. */
export function validator(): Validator {
  shared ??= createValidator(new URL("github.json", import.meta.url));
  return shared;
}

function createValidator(file: URL): Validator {
  const description = Description.parse(JSON.parse(readFileSync(file, "utf8")));
  const strict = new Ajv({ strict: false, allErrors: true, validateFormats: true, logger: false });
  const coercing = new Ajv({ strict: false, allErrors: true, coerceTypes: true, logger: false });
  for (const ajv of [strict, coercing]) {
    addFormats.default(ajv);
    ajv.addSchema({ $id: "github", components: convertAll(description.components) });
  }
  const compiled = new Map<string, ValidateFunction>();

  function compile(ajv: Ajv, key: string, schema: () => Json): ValidateFunction {
    const known = compiled.get(key);
    if (known) return known;
    const made = ajv.compile(z.record(z.string(), z.unknown()).parse(absolute(toJsonSchema(schema()))));
    compiled.set(key, made);
    return made;
  }

  function operation(route: Route) {
    const [method = "", path = ""] = route.split(" ");
    const found = description.paths[path]?.[method.toLowerCase()];
    if (!found) throw new Error(`finding ${route} in the description: run scripts/extract-github-openapi.ts`);
    return found;
  }

  function dereference(value: Json): Json {
    if (!isObject(value) || typeof value["$ref"] !== "string") return value;
    const [, , kind = "", name = ""] = value["$ref"].split("/");
    return description.components[kind]?.[name] ?? null;
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
      const check = compile(coercing, `${route} ${place}`, () => parametersSchema(route, place));
      if (!check({ ...values })) problems.push(...explain(check));
    }
    const described = operation(route).requestBody;
    const schema = described?.content["application/json"]?.schema;
    if (described && schema !== undefined && (described.required || body !== undefined)) {
      const check = compile(strict, `${route} body`, () => schema);
      if (!check(body ?? {})) problems.push(...explain(check));
    }
    return problems;
  }

  function response(route: Route, status: number, body: unknown): string[] {
    if (status >= 300) return [];
    const described = operation(route).responses[String(status)];
    if (described === undefined) return [`${route} does not answer ${status}`];
    const content = Content.safeParse(dereferenceObject(described)["content"] ?? {});
    const schema = content.data?.["application/json"]?.schema;
    if (schema === undefined)
      return body === undefined || status === 202 ? [] : [`${route} answers without a body`];
    const check = compile(strict, `${route} ${status}`, () => schema);
    return check(body) ? [] : explain(check);
  }

  function dereferenceObject(value: Json): JsonObject {
    const found = dereference(value);
    return isObject(found) ? found : {};
  }

  function webhook(event: string, action: string | null, payload: unknown): string[] | null {
    const name = [event, action].filter(Boolean).join("-").replaceAll("_", "-");
    const schema = description["x-webhooks"][name];
    if (schema === undefined) return null;
    const check = compile(strict, `webhook ${name}`, () => schema);
    return check(payload) ? [] : explain(check);
  }

  return { request, response, webhook };
}

function convertAll(components: Record<string, Record<string, Json>>): JsonObject {
  return Object.fromEntries(
    Object.entries(components).map(([kind, group]) => [
      kind,
      Object.fromEntries(
        Object.entries(group).map(([name, schema]) => [name, absolute(toJsonSchema(schema))]),
      ),
    ]),
  );
}

/** `#/components/…` → `github#/components/…`, so that a schema can be compiled on its own. */
function absolute(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(absolute);
  if (!isObject(schema)) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === "$ref" && typeof value === "string" ? value.replace(/^#/, "github#") : absolute(value),
    ]),
  );
}

/** Alternatives that failed for being null say nothing; the rest is named by field. */
function explain(check: ValidateFunction): string[] {
  const errors = (check.errors ?? []).filter(
    (error) => error.keyword !== "anyOf" && error.params["type"] !== "null",
  );
  const said = errors.map((error) =>
    `${error.instancePath || "/"} ${error.message ?? ""} ${detail(error.params)}`.trim(),
  );
  return [...new Set(said)].slice(0, 10);
}

function detail(params: Record<string, unknown>): string {
  const named = params["additionalProperty"] ?? params["allowedValues"];
  return named === undefined ? "" : `(${JSON.stringify(named)})`;
}
