// What a job has left, from a server.
import { UserError } from "../../errors.ts";
import { readable } from "../../publisher/render/fence.ts";
import type { Config } from "../../config.ts";
import { ShownJob } from "../jobs/shown-job.ts";
import { follow } from "./follow.ts";
import { type Server, withServer } from "./server.ts";

/** Prints the log of every step in order; with `follow` it goes on until the job has ended. */
export async function logsThere(config: Config, job: string, options: { follow?: boolean }): Promise<void> {
  await withServer(config, (server) => (options.follow ? followLogs(server, job) : printLogs(server, job)));
}

async function followLogs(server: Server, job: string): Promise<void> {
  let shown: string | undefined;
  for await (const told of follow(server, job)) {
    if (told.event === "end") console.log(`── ${told.job.status} ──`);
    if (told.event !== "log") continue;
    if (told.step !== shown) process.stdout.write(`── ${readable(told.step)} ──\n`);
    shown = told.step;
    // What an agent wrote must not steer the terminal.
    process.stdout.write(readable(told.text));
  }
}

async function printLogs(server: Server, job: string): Promise<void> {
  const { steps } = ShownJob.parse(await server.json("GET", await server.pathOf(job)));
  for (const { step_id: step } of steps) {
    const text = await fetchFile(server, job, `steps/${step}/logs.txt`);
    if (text) process.stdout.write(`── ${step} ──\n${readable(text.toString("utf8"))}`);
  }
}

/** The patch, byte by byte; undefined when there is none. Throws UserError for one that is not served. */
export async function patchThere(
  config: Config,
  job: string,
  step: string | undefined,
): Promise<Buffer | undefined> {
  const name = step === undefined ? "patch.diff" : `steps/${encodeURIComponent(step)}/patch.diff`;
  return withServer(config, (server) => fetchFile(server, job, name));
}

async function fetchFile(server: Server, job: string, name: string): Promise<Buffer | undefined> {
  try {
    const answer = await server.request("GET", await server.pathOf(job, `/artifacts/${name}`));
    return Buffer.from(await answer.arrayBuffer());
  } catch (error) {
    if (error instanceof UserError && error.message === "there is no such artifact") return undefined;
    throw error;
  }
}
