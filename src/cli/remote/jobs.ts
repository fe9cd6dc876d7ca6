// `patchbay submit|status|cancel|retry|approve|apply`: what is decided about jobs, here or on a server.
import { z } from "zod";
import { ShownJob } from "../jobs/shown-job.ts";
import { oneLine } from "../../publisher/render/fence.ts";
import { readEnvironment } from "../environment.ts";
import { follow } from "./follow.ts";
import { type Server, withServer } from "./server.ts";

const Applied = z.looseObject({ branch: z.string() });

interface Shown {
  json?: boolean;
}

function tell(said: unknown, { json }: Shown): void {
  console.log(json ? JSON.stringify(said, undefined, 2) : lineOf(ShownJob.parse(said)));
}

function lineOf({ job_id: id, status, summary, error }: ShownJob): string {
  const more = error?.message ?? summary ?? "";
  return `${oneLine(id)}  ${oneLine(status)}${more === "" ? "" : `  ${oneLine(more)}`}`;
}

const ask = <T>(use: (server: Server) => Promise<T>): Promise<T> => withServer(readEnvironment(), use);

/** As of `patchbay run`. */
const exitCodes: Partial<Record<ShownJob["status"], number>> = {
  success: 0,
  needs_human: 2,
  cancelled: 130,
};

/** With `wait` the exit status tells how the job ended: 0 success, 1 failed, 2 it waits for a person, 130 cancelled. */
export async function submit(
  goal: string,
  options: Shown & { project: string; ref?: string; pipeline?: string; agent?: string; wait?: boolean },
): Promise<void> {
  const { project, ref, pipeline, agent, json, wait } = options;
  await ask(async (server) => {
    const said = await server.json("POST", "/jobs", { project, goal, ref, pipeline, agent });
    if (!wait) return tell(said, options);
    const { job_id: id } = ShownJob.parse(said);
    let before = "";
    for await (const told of follow(server, id)) {
      if (told.event === "log") continue;
      const { job } = told;
      const now = progressOf(job);
      if (!json && now !== before) console.log(now);
      before = now;
      if (told.event !== "end") continue;
      tell(job, options);
      process.exitCode = exitCodes[job.status] ?? 1;
    }
  });
}

/** Where it stands, in a line. */
function progressOf({ status, steps }: ShownJob): string {
  const step = steps.find((one) => one.status === "running");
  const done = steps.filter((one) => one.status === "success").length;
  return `▸ ${status}${step ? `  ${step.step_id} (${done + 1} of ${steps.length})` : ""}`;
}

export async function status(job: string, options: Shown): Promise<void> {
  await ask(async (server) => tell(await server.json("GET", await server.pathOf(job)), options));
}

export async function cancel(job: string, options: Shown): Promise<void> {
  await ask(async (server) => tell(await server.json("POST", await server.pathOf(job, "/cancel")), options));
}

export async function retry(job: string, { from, json }: Shown & { from?: string }): Promise<void> {
  await ask(async (server) =>
    tell(await server.json("POST", await server.pathOf(job, "/retry"), { from }), { json: json === true }),
  );
}

export async function approve(job: string, options: Shown): Promise<void> {
  await ask(async (server) => tell(await server.json("POST", await server.pathOf(job, "/approve")), options));
}

/** Prints the branch. */
export async function apply(job: string, { patch, json }: Shown & { patch?: string }): Promise<void> {
  await ask(async (server) => {
    const said = await server.json("POST", await server.pathOf(job, "/apply"), { patch_sha256: patch });
    console.log(json ? JSON.stringify(said, undefined, 2) : oneLine(Applied.parse(said).branch));
  });
}
