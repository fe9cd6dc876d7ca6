// The jobs over HTTP: hand in, list, look at, fetch files, and decide.
import { type Context, Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { z } from "zod";
import type { Artifacts } from "../artifacts/store.ts";
import { renew } from "../io/remove-folder.ts";
import { StepId } from "../job/ids.ts";
import { fieldProblems, JobRequest, specOfRequest } from "../job/job-request.ts";
import type { JobSpec } from "../job/job-spec.ts";
import { findJobs, JobQuery } from "./find-jobs.ts";
import type { GatewayEnv } from "./gateway.ts";
import type { Idempotency, Use } from "./idempotency.ts";
import { endId, jobEvents } from "./job-events.ts";
import { listFiles, readFile } from "./job-files.ts";
import { readJobResource } from "./job-resource.ts";
import { invalidFields, notFound, Problem } from "./problem.ts";
import { reaches, reachesJob } from "./scope.ts";
import type { ApiToken, Right } from "./token-file.ts";

const maxStreams = 10;
/** Whoever listens longer asks again, with the last id and with a token that is looked at again. */
const longestStreamMs = 15 * 60 * 1000;
const beatMs = 15_000;

/** What a person decides about a job; each throws Problem 409 when the job isn't there yet, or no longer. */
export interface JobActions {
  cancel(spec: JobSpec, token: ApiToken): Promise<void>;
  /** The spec of a job like this one that has ended. */
  again(
    spec: JobSpec,
    given: { jobId: string; createdAt: string; token: ApiToken; from?: string },
  ): Promise<JobSpec>;
  approve(spec: JobSpec, token: ApiToken): Promise<void>;
  /** Returns the branch. */
  apply(spec: JobSpec, token: ApiToken, sha256: string | undefined): Promise<{ branch: string }>;
}

export interface JobRoutesOptions {
  artifacts: Artifacts;
  artifactsRoot: string;
  agents: readonly string[];
  /** How the steps hand over where a request doesn't say. */
  handoff: JobSpec["artifact_handoff"];
  idempotency: Idempotency;
  submit: (spec: JobSpec) => Promise<unknown>;
  /** The commit at the end of a project's branch; undefined for a project that there isn't. Throws Problem. */
  baseOf: (project: string, ref: string | undefined) => Promise<JobSpec["base"]>;
  /** Why results can't be sent to an address; undefined when they can. */
  callbackProblem: (url: string) => string | undefined;
  actions: JobActions;
}

export const RetryRequest = z.strictObject({
  from: StepId.optional().describe("the step from which on it runs again"),
});
export const ApplyRequest = z.strictObject({
  patch_sha256: z
    .string()
    .regex(/^[0-9a-f]{12,64}$/, "12 to 64 hex digits")
    .optional()
    .describe("the beginning of the patch's hash; needed for a patch that is held"),
});
const Empty = z.strictObject({});

/** The routes below /api/v1. */
export function createJobRoutes(options: JobRoutesOptions): Hono<GatewayEnv> {
  const { artifacts, artifactsRoot, agents, handoff, idempotency, submit, baseOf, actions } = options;
  const app = new Hono<GatewayEnv>();

  /** The job of the path, when the token reaches it and has the right. */
  async function jobOf(c: Context<GatewayEnv>, right: Right): Promise<JobSpec> {
    const token = c.get("token");
    const spec = await artifacts.readJob(c.req.param("id") ?? "").catch(() => undefined);
    if (!spec || !reachesJob(token, spec)) throw notFound("job");
    require(token, right);
    await renew(artifacts.jobFolder(spec.job_id), new Date());
    return spec;
  }

  const show = async (spec: JobSpec) => readJobResource(artifacts, spec);

  async function answerQueued(c: Context<GatewayEnv>, spec: JobSpec, use: Use): Promise<Response> {
    const headers = {
      Location: `/api/v1/jobs/${spec.job_id}`,
      ...(use.again && { "Idempotency-Replayed": "true" }),
    };
    return c.json(await show(spec), 202, headers);
  }

  app.post("/jobs", async (c) => {
    const token = c.get("token");
    require(token, "submit");
    const { text, body } = await readBody(c, JobRequest);
    const { project, ref, callback_url: callback } = body;
    if (!reaches(token, project)) throw unknownProject(project);
    const use = await idempotency.use({
      key: c.req.header("Idempotency-Key"),
      token: token.id,
      action: "POST /jobs",
      body: text,
    });
    const known = use.again ? await artifacts.readJob(use.job_id) : undefined;
    // Submitted once more: whatever a crash has left out is done now.
    if (known) {
      await submit(known);
      return answerQueued(c, known, use);
    }
    const problem = callback === undefined ? undefined : options.callbackProblem(callback);
    if (problem !== undefined) throw invalidFields([`callback_url: ${problem}`]);
    const base = await baseOf(project, ref);
    if (!base) throw unknownProject(project);
    const { job_id: jobId, created_at: createdAt } = use;
    const source = { type: "api" as const, meta: { token: token.name } };
    const read = specOfRequest(body, { jobId, createdAt, base, source, agents, handoff });
    if (read.problems) throw invalidFields(read.problems);
    await submit(read.spec);
    return answerQueued(c, read.spec, use);
  });

  app.get("/jobs", async (c) => {
    const token = c.get("token");
    require(token, "read");
    const query = JobQuery.safeParse(c.req.query());
    if (!query.success) throw invalidFields(fieldProblems(query.error));
    return c.json(
      await findJobs({ root: artifactsRoot, artifacts }, query.data, (spec) => reachesJob(token, spec)),
    );
  });

  app.get("/jobs/:id", async (c) => c.json(await show(await jobOf(c, "read"))));

  app.get("/jobs/:id/artifacts", async (c) => {
    const spec = await jobOf(c, "read");
    return c.json({ artifacts: await listFiles(artifacts, spec) });
  });

  app.get("/jobs/:id/artifacts/:name{.+}", async (c) => {
    const spec = await jobOf(c, "read");
    const { stream, bytes } = await readFile(artifacts, spec, c.req.param("name"));
    return c.body(stream, 200, {
      // Whatever an agent wrote is text to whoever opens it.
      "Content-Type": "text/plain; charset=utf-8",
      "Content-Length": String(bytes),
      "Content-Disposition": "attachment",
      "Content-Security-Policy": "default-src 'none'; sandbox",
    });
  });

  const streams = new Map<string, number>();
  app.get("/jobs/:id/events", async (c) => {
    const spec = await jobOf(c, "read");
    const after = c.req.header("Last-Event-ID");
    // 204 tells a browser's EventSource not to come again (HTML, "Server-sent events").
    if (after === endId) return c.body(null, 204);
    const { id: token } = c.get("token");
    const open = streams.get(token) ?? 0;
    if (open >= maxStreams) {
      const headers = { "Retry-After": "10" };
      throw new Problem({
        status: 429,
        detail: `a token has at most ${maxStreams} streams of events`,
        headers,
      });
    }
    streams.set(token, open + 1);
    return streamSSE(c, async (stream) => {
      const end = new AbortController();
      stream.onAbort(() => end.abort());
      const late = AbortSignal.timeout(longestStreamMs);
      const beat = setInterval(() => void stream.write(": still here\n\n").catch(() => end.abort()), beatMs);
      try {
        const signal = AbortSignal.any([end.signal, late]);
        for await (const event of jobEvents(artifacts, spec, { after, signal })) await stream.writeSSE(event);
      } finally {
        clearInterval(beat);
        streams.set(token, (streams.get(token) ?? 1) - 1);
      }
    });
  });

  app.post("/jobs/:id/cancel", async (c) => {
    const spec = await jobOf(c, "control");
    await readBody(c, Empty);
    await actions.cancel(spec, c.get("token"));
    return c.json(await show(spec), 202);
  });

  app.post("/jobs/:id/retry", async (c) => {
    const earlier = await jobOf(c, "control");
    const token = c.get("token");
    const { text, body } = await readBody(c, RetryRequest);
    const use = await idempotency.use({
      key: c.req.header("Idempotency-Key"),
      token: token.id,
      action: `POST /jobs/${earlier.job_id}/retry`,
      body: text,
    });
    const known = use.again ? await artifacts.readJob(use.job_id) : undefined;
    const { job_id: jobId, created_at: createdAt } = use;
    const spec =
      known ??
      (await actions.again(earlier, {
        jobId,
        createdAt,
        token,
        ...(body.from !== undefined && { from: body.from }),
      }));
    await submit(spec);
    return answerQueued(c, spec, use);
  });

  app.post("/jobs/:id/approve", async (c) => {
    const spec = await jobOf(c, "approve");
    await readBody(c, Empty);
    await actions.approve(spec, c.get("token"));
    return c.json(await show(spec), 202);
  });

  app.post("/jobs/:id/apply", async (c) => {
    const spec = await jobOf(c, "approve");
    const { body } = await readBody(c, ApplyRequest);
    const { branch } = await actions.apply(spec, c.get("token"), body.patch_sha256);
    return c.json({ branch, job: await show(spec) });
  });

  return app;
}

function require(token: ApiToken, right: Right): void {
  if (token.rights.includes(right)) return;
  throw new Problem({ status: 403, detail: `the token "${token.name}" has no right to ${right}` });
}

/** The same for a project that there isn't and for one that isn't the token's. */
function unknownProject(project: string): Problem {
  return invalidFields([`project: there is no project "${project}"`]);
}

/** The body as it was sent, and what it says; an empty one says {}. Throws Problem 400, 415 or 422. */
async function readBody<T>(c: Context, schema: z.ZodType<T>): Promise<{ text: string; body: T }> {
  const text = await c.req.text();
  if (text !== "" && !/^application\/json(?:\s*;|$)/i.test(c.req.header("Content-Type") ?? "")) {
    throw new Problem({ status: 415, detail: "Content-Type: application/json is expected" });
  }
  let value: unknown = {};
  try {
    if (text !== "") value = JSON.parse(text);
  } catch {
    throw new Problem({ status: 400, detail: "the body is no JSON" });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalidFields(fieldProblems(parsed.error));
  return { text, body: parsed.data };
}
