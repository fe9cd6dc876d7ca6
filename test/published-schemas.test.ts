// The JSON Schemas in the repository are those of the code, and say what it says.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { publishedSchemas } from "../scripts/published-schemas.ts";

const project = join(import.meta.dirname, "..");

test.each(publishedSchemas)("$file is current; `npm run schemas` writes it anew", async ({ file, text }) => {
  expect(await readFile(join(project, file), "utf8")).toBe(text);
});

test("an editor accepts the example and marks what is wrong", async () => {
  const schema: object = JSON.parse(await readFile(join(project, "schemas", "agents.json"), "utf8"));
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  const validate = ajv.compile(schema);
  const example = await readFile(join(project, "docs", "agents", "gemini.yml"), "utf8");
  expect(validate(parse(example)), JSON.stringify(validate.errors)).toBe(true);
  expect(validate(parse(example.replace("prompt: stdin", "prompt: post")))).toBe(false);
  expect(validate([{ name: "mine" }])).toBe(false);
  const [, reference = ""] = /\$schema=(\S+)/.exec(example) ?? [];
  expect(join("docs", "agents", reference)).toBe(join("schemas", "agents.json"));
});
