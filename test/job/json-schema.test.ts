// Each schema of src/job/ can be published as JSON Schema, and says the same there as here.
import { readdirSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { expect, test } from "vitest";
import { z } from "zod";
import { JobSpec } from "../../src/job/job-spec.ts";
import { readJobSpec } from "../../src/job/upgrade.ts";

const folder = new URL("../../src/job/", import.meta.url);

async function schemasOf(file: string): Promise<[string, z.ZodType][]> {
  const module: unknown = await import(new URL(file, folder).href);
  if (typeof module !== "object" || module === null) return [];
  return Object.entries(module).flatMap(([name, value]): [string, z.ZodType][] =>
    value instanceof z.ZodType ? [[`${file} ${name}`, value]] : [],
  );
}

const files = readdirSync(folder).filter((file) => file.endsWith(".ts"));
const schemas = (await Promise.all(files.map(schemasOf))).flat();

test("there are schemas to look at", () => {
  expect(schemas.map(([name]) => name)).toEqual(
    expect.arrayContaining(["job-spec.ts JobSpec", "step-spec.ts StepSpec", "result.ts JobResult"]),
  );
});

for (const io of ["input", "output"] as const) {
  test.each(schemas)(`%s as JSON Schema, ${io} side`, (_name, schema) => {
    const json = z.toJSONSchema(schema, { io });
    expect(() => compile(json)).not.toThrow();
  });
}

test("the published schema accepts what a job is and refuses what it isn't", () => {
  const validate = compile(z.toJSONSchema(JobSpec, { io: "input" }));
  const read = readJobSpec({ goal: "mend it" }, { now: new Date(0), newId: () => "0".repeat(32) });
  expect(read.kind).toBe("job");
  const spec: object = read.kind === "job" ? read.spec : {};
  expect(validate(spec)).toBe(true);
  expect(validate({ ...spec, goal: "" })).toBe(false);
  expect(validate({ ...spec, job_id: "a/b/c/d/e" })).toBe(false);
  expect(validate({ ...spec, surprise: 1 })).toBe(false);
});

function compile(json: object): (data: unknown) => boolean {
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  const validate = ajv.compile(json);
  return (data) => validate(data);
}
