// A job as anyone may hand it in: today's version, the older one, or only a goal. What comes out is today's.
import { z } from "zod";
import { JobId } from "./ids.ts";
import { JobSpec } from "./job-spec.ts";
import { builtInPipelines } from "./pipelines.ts";
import { checkStepReferences } from "./step-references.ts";

export type ReadJobSpec =
  /** `warnings`: what was asked for and is not done so. */
  | { kind: "job"; spec: JobSpec; warnings: string[] }
  /** `message` names every field that is wrong, one a line, as `problems` does. */
  | { kind: "invalid"; message: string; problems: string[] };

/** Version 1.0 knew no repository; what it may leave out is filled in. */
const JobSpecV1 = JobSpec.omit({
  repository: true,
  target: true,
  base: true,
  requested_by: true,
  budget: true,
})
  .extend({
    schema_version: z.literal("1.0"),
    job_id: JobId.optional(),
    /** With any offset; 2.0 has UTC only. */
    created_at: z.iso.datetime({ offset: true }).optional(),
    source: JobSpec.shape.source.optional(),
    steps: JobSpec.shape.steps.optional(),
  })
  .refine(
    ({ steps, pipeline }) => steps !== undefined || builtInPipelines.some(({ name }) => name === pipeline),
    {
      path: ["pipeline"],
      error: `without steps, one of ${builtInPipelines.map(({ name }) => name).join(", ")} is expected`,
    },
  );

/**
 * Reads a JobSpec of version 2.0 or 1.0, or an object with a `goal` and any other field of version 1.0, and brings
 * it to version 2.0. `now` and `newId` serve where the creation time or the id is left out. Never throws.
 */
export function readJobSpec(input: unknown, defaults: { now: Date; newId: () => string }): ReadJobSpec {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    return invalid(["the job: an object is expected"]);
  }
  const version = "schema_version" in input ? input.schema_version : "1.0";
  if (version !== "1.0" && version !== "2.0") {
    return invalid(['schema_version: "2.0" or "1.0" is expected']);
  }
  const parsed = version === "2.0" ? JobSpec.safeParse(input) : upgrade(input, defaults);
  if (!parsed.success) return invalid(parsed.error.issues.flatMap(describeIssue));

  const { problems, warnings } = checkStepReferences(parsed.data.steps);
  if (parsed.data.compare) problems.push("compare: only a command on GitHub compares, by its option --vs");
  if (problems.length > 0) return invalid(problems);
  if (parsed.data.policy.sandbox) return { kind: "job", spec: parsed.data, warnings };
  return {
    kind: "job",
    spec: { ...parsed.data, policy: { ...parsed.data.policy, sandbox: true } },
    warnings: ["policy.sandbox: false is ignored; only the operator decides about the sandbox", ...warnings],
  };
}

function upgrade(input: object, { now, newId }: { now: Date; newId: () => string }) {
  const old = JobSpecV1.safeParse({ ...input, schema_version: "1.0" });
  if (!old.success) return old;
  const {
    job_id: id = newId(),
    created_at: createdAt,
    source = { type: "manual" },
    pipeline,
    steps,
  } = old.data;
  return JobSpec.safeParse({
    ...old.data,
    schema_version: "2.0",
    job_id: id,
    created_at: (createdAt === undefined ? now : new Date(createdAt)).toISOString(),
    source,
    steps: steps ?? builtInPipelines.find(({ name }) => name === pipeline)?.steps,
  });
}

function describeIssue(issue: z.core.$ZodIssue): string[] {
  const nameOf = (path: readonly PropertyKey[]): string => path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => `${nameOf([...issue.path, key])}: there is no such field in this version`);
  }
  return [`${nameOf(issue.path)}: ${issue.message}`];
}

function invalid(problems: string[]): ReadJobSpec {
  return {
    kind: "invalid",
    message: `the job is not valid:\n${problems.map((problem) => `  ${problem}`).join("\n")}`,
    problems,
  };
}
