// The gateway as an OpenAPI 3.1 document, from the same schemas that read its requests. Pure.
import { z } from "zod";
import { JobQuery } from "./find-jobs.ts";
import { JobRequest } from "../job/job-request.ts";
import { JobResource } from "./job-resource.ts";
import { ApplyRequest, RetryRequest } from "./job-routes.ts";

export interface Operation {
  method: "get" | "post";
  path: string;
  summary: string;
  right: "read" | "submit" | "control" | "approve";
  /** Names of schemas, or a kind of text. */
  request?: "JobRequest" | "RetryRequest" | "ApplyRequest";
  answer: { status: number; schema?: string; type?: string };
  query?: boolean;
  isIdempotent?: boolean;
}

const job = "/jobs/{id}";

export const operations: readonly Operation[] = [
  {
    method: "post",
    path: "/jobs",
    summary: "Hand a job in",
    right: "submit",
    request: "JobRequest",
    answer: { status: 202, schema: "Job" },
    isIdempotent: true,
  },
  {
    method: "get",
    path: "/jobs",
    summary: "List jobs, newest first",
    right: "read",
    answer: { status: 200, schema: "JobPage" },
    query: true,
  },
  {
    method: "get",
    path: job,
    summary: "Look at a job",
    right: "read",
    answer: { status: 200, schema: "Job" },
  },
  {
    method: "get",
    path: `${job}/artifacts`,
    summary: "List a job's files",
    right: "read",
    answer: { status: 200, schema: "Artifacts" },
  },
  {
    method: "get",
    path: `${job}/artifacts/{name}`,
    summary: "Fetch one file; its name may hold slashes",
    right: "read",
    answer: { status: 200, type: "text/plain" },
  },
  {
    method: "get",
    path: `${job}/events`,
    summary: "Follow a job: events status, log and end; Last-Event-ID goes on after an earlier one",
    right: "read",
    answer: { status: 200, type: "text/event-stream" },
  },
  {
    method: "post",
    path: `${job}/cancel`,
    summary: "End a job",
    right: "control",
    answer: { status: 202, schema: "Job" },
  },
  {
    method: "post",
    path: `${job}/retry`,
    summary: "A new job like one that has ended",
    right: "control",
    request: "RetryRequest",
    answer: { status: 202, schema: "Job" },
    isIdempotent: true,
  },
  {
    method: "post",
    path: `${job}/approve`,
    summary: "Let a job that waits begin or go on",
    right: "approve",
    answer: { status: 202, schema: "Job" },
  },
  {
    method: "post",
    path: `${job}/apply`,
    summary: "Put a job's patch on a new branch",
    right: "approve",
    request: "ApplyRequest",
    answer: { status: 200, schema: "Applied" },
  },
];

const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  errors: z.array(z.object({ field: z.string(), detail: z.string() })).optional(),
});

/** Each schema of the document by its name; what goes in is told as it may be written. */
export function componentSchemas(): Record<string, unknown> {
  const inputs = { JobRequest, RetryRequest, ApplyRequest, JobQuery };
  const outputs = {
    Job: JobResource,
    JobPage: z.object({ jobs: z.array(JobResource), next_cursor: z.string().nullable() }),
    Artifacts: z.object({ artifacts: z.array(z.object({ name: z.string(), bytes: z.int() })) }),
    Applied: z.object({ branch: z.string(), job: JobResource }),
    Problem,
  };
  return Object.fromEntries([
    ...Object.entries(inputs).flatMap(([name, schema]) => named(name, schema, "input")),
    ...Object.entries(outputs).flatMap(([name, schema]) => named(name, schema, "output")),
  ]);
}

/** A schema and what it shares with itself, as components that find each other. */
function named(name: string, schema: z.ZodType, io: "input" | "output"): [string, unknown][] {
  const text = JSON.stringify(z.toJSONSchema(schema, { io })).replaceAll(
    '"#/$defs/',
    `"#/components/schemas/${name}.`,
  );
  const { $schema: _schema, $id: _id, id: _name, $defs = {}, ...body } = Parts.parse(JSON.parse(text));
  return [
    [name, body],
    ...Object.entries($defs).map(([key, part]): [string, unknown] => [`${name}.${key}`, part]),
  ];
}

const Parts = z.looseObject({ $defs: z.record(z.string(), z.unknown()).optional() });

/** The document, without an address: it is served where the gateway is. */
export function openApiDocument(): object {
  const schemas = componentSchemas();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describe(operation) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "Patchbay", version: "1", description: "Jobs for coding agents." },
    servers: [{ url: "/api/v1" }],
    security: [{ token: [] }],
    paths,
    components: { schemas, securitySchemes: { token: { type: "http", scheme: "bearer" } } },
  };
}

function describe({ method, path, summary, right, request, answer, query, isIdempotent }: Operation): object {
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      name,
      in: "path",
      required: true,
      schema: { type: "string" },
    })),
    ...(isIdempotent
      ? [{ name: "Idempotency-Key", in: "header", schema: { type: "string", maxLength: 255 } }]
      : []),
    ...(query
      ? Object.keys(JobQuery.shape).map((name) => ({
          name,
          in: "query",
          schema: { $ref: `#/components/schemas/JobQuery/properties/${name}` },
        }))
      : []),
  ];
  const content = (schema: string, type = "application/json") => ({
    [type]: { schema: { $ref: `#/components/schemas/${schema}` } },
  });
  const { status, schema, type = "text/plain" } = answer;
  return {
    operationId: `${method}_${path.replaceAll(/[^a-z]+/g, "_")}`.replace(/_$/, ""),
    summary,
    description: `Needs the right to ${right}.`,
    parameters,
    ...(request && { requestBody: { required: request === "JobRequest", content: content(request) } }),
    responses: {
      [status]: {
        description: "done",
        content: schema === undefined ? { [type]: { schema: { type: "string" } } } : content(schema),
      },
      default: { description: "a problem", content: content("Problem", "application/problem+json") },
    },
  };
}
