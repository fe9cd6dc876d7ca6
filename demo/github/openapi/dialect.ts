// OpenAPI 3.0's schemas in the words of JSON Schema: `nullable`, references, and `oneOf` where GitHub means "any".
import { z } from "zod";

export const Json = z.json();
export type Json = z.infer<typeof Json>;
export type JsonObject = { [key: string]: Json };

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Converts one schema and everything in it. */
export function toJsonSchema(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(toJsonSchema);
  if (!isObject(schema)) return schema;
  const { nullable, discriminator: _discriminator, xml: _xml, ...rest } = schema;
  const converted: JsonObject = {};
  for (const [key, value] of Object.entries(rest)) {
    if (key === "properties" && isObject(value)) {
      const properties = Object.entries(value).map(([name, child]) => [name, toJsonSchema(child)] as const);
      converted[key] = Object.fromEntries(properties);
    } else if (key === "enum" || key === "default") converted[key] = value;
    // GitHub's alternatives overlap: an answer often fits several.
    else converted[key === "oneOf" ? "anyOf" : key] = toJsonSchema(value);
  }
  return nullable === true ? { anyOf: [{ type: "null" }, converted] } : converted;
}
