// `patchbay submit|status|cancel|retry|approve|apply`: jobs of a server, through its gateway.
import { z } from "zod";
import { oneLine } from "../../publisher/render/fence.ts";
import { askServer } from "./ask-server.ts";

const Job = z.looseObject({
  job_id: z.string(),
  status: z.string(),
  summary: z.string().nullable().optional(),
  error: z.object({ message: z.string() }).nullable().optional(),
});
const Applied = z.looseObject({ branch: z.string() });

interface Shown {
  json?: boolean;
}

function show(said: unknown, { json }: Shown): void {
  if (json) return console.log(JSON.stringify(said, undefined, 2));
  const { job_id: id, status, summary, error } = Job.parse(said);
  const more = error?.message ?? summary ?? "";
  console.log(`${oneLine(id)}  ${oneLine(status)}${more === "" ? "" : `  ${oneLine(more)}`}`);
}

const pathOf = (job: string, verb = ""): string => `/jobs/${encodeURIComponent(job)}${verb}`;

export async function submit(
  goal: string,
  {
    project,
    ref,
    pipeline,
    agent,
    json,
  }: Shown & { project: string; ref?: string; pipeline?: string; agent?: string },
): Promise<void> {
  show(await askServer("POST", "/jobs", { project, goal, ref, pipeline, agent }), { json: json === true });
}

export async function status(job: string, options: Shown): Promise<void> {
  show(await askServer("GET", pathOf(job)), options);
}

export async function cancel(job: string, options: Shown): Promise<void> {
  show(await askServer("POST", pathOf(job, "/cancel")), options);
}

export async function retry(job: string, { from, json }: Shown & { from?: string }): Promise<void> {
  show(await askServer("POST", pathOf(job, "/retry"), { from }), { json: json === true });
}

export async function approve(job: string, options: Shown): Promise<void> {
  show(await askServer("POST", pathOf(job, "/approve")), options);
}

export async function apply(job: string, { patch, json }: Shown & { patch?: string }): Promise<void> {
  const said = await askServer("POST", pathOf(job, "/apply"), { patch_sha256: patch });
  console.log(json ? JSON.stringify(said, undefined, 2) : oneLine(Applied.parse(said).branch));
}
