// One vendored extract of GitHub's description, and validators compiled from its schemas when they are first needed.
import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { z } from "zod";
import { Json, type JsonObject, isObject, toJsonSchema } from "./dialect.ts";

const Content = z.record(z.string(), z.object({ schema: Json.optional() }));
const Operation = z.object({
  parameters: z.array(Json),
  requestBody: z.object({ required: z.boolean().default(false), content: Content }).optional(),
  responses: z.record(z.string(), Json),
});
const Description = z.object({
  paths: z.record(z.string(), z.record(z.string(), Operation)).default({}),
  "x-webhooks": z.record(z.string(), Json).default({}),
  components: z.record(z.string(), z.record(z.string(), Json)),
});

/** Reads an extract that scripts/extract-github-openapi.ts wrote. */
export function readDescription(file: URL) {
  const description = Description.parse(JSON.parse(readFileSync(file, "utf8")));
  const options = { strict: false, allErrors: true, logger: false } as const;
  const exact = new Ajv(options);
  const coercing = new Ajv({ ...options, coerceTypes: true });
  for (const ajv of [exact, coercing]) {
    addFormats.default(ajv);
    // A bot's real address, `1+app[bot]@users.noreply.github.com`, is none by the letter of RFC 5322.
    ajv.addFormat("email", true);
    ajv.addSchema({ $id: "github", components: convertAll(description.components) });
  }
  const compiled = new Map<string, ValidateFunction>();

  /** Text from an address is coerced to what the schema says; JSON is not. */
  function compile(kind: "text" | "json", key: string, schema: () => Json): ValidateFunction {
    const known = compiled.get(key);
    if (known) return known;
    const ajv = kind === "text" ? coercing : exact;
    const made = ajv.compile(z.record(z.string(), z.unknown()).parse(absolute(toJsonSchema(schema()))));
    compiled.set(key, made);
    return made;
  }

  function dereference(value: Json): Json {
    if (!isObject(value) || typeof value["$ref"] !== "string") return value;
    const [, , kind = "", name = ""] = value["$ref"].split("/");
    return description.components[kind]?.[name] ?? null;
  }

  return { description, compile, dereference };
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
export function explain(check: ValidateFunction): string[] {
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
