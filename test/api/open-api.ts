// A started Patchbay with a gateway, two projects of this machine, and what a program needs to ask it.
import { join } from "node:path";
import { z } from "zod";
import { openTokenFile, type Right } from "../../src/api/token-file.ts";
import { createWorld } from "../end-to-end/world.ts";
import { createRepository } from "../git-repository.ts";

const Job = z.looseObject({ job_id: z.string(), status: z.string(), goal: z.string() });
export type Job = z.infer<typeof Job>;

export async function openApi(folder: string, extraEnv: Record<string, string> = {}) {
  const shop = await createRepository(join(folder, "shop"));
  await shop.write({ "CONTRIBUTING.md": "# Contributing\n", "src/login.ts": "export const tries = 3;\n" });
  await shop.commit("first");
  const path = join(folder, "tokens.json");
  const world = await createWorld(join(folder, "world"), {
    API_TOKENS: path,
    PROJECT_ALIASES: `shop=${shop.path},other=${shop.path}`,
    API_RATE_LIMIT_MAX_REQUESTS: "0",
    ...extraEnv,
  });
  const tokens = openTokenFile(path);
  const everything: Right[] = ["read", "submit", "control", "approve"];
  const token = await tokens.create({ name: "ci", projects: ["shop"], rights: everything }, new Date());
  const process = await world.start();
  const port = Number(
    /"port":(\d+)/.exec(process.lines.find((line) => line.includes("listening for")) ?? "")?.[1],
  );
  const url = `http://127.0.0.1:${port}/api/v1`;

  async function ask(
    method: string,
    at: string,
    {
      body,
      as = token,
      headers = {},
    }: { body?: unknown; as?: string; headers?: Record<string, string> } = {},
  ): Promise<Response> {
    return fetch(`${url}${at}`, {
      method,
      headers: {
        ...(as !== "" && { Authorization: `Bearer ${as}` }),
        ...(body !== undefined && { "Content-Type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  }
  const read = async (id: string): Promise<Job> => Job.parse(await (await ask("GET", `/jobs/${id}`)).json());

  return {
    world,
    shop,
    tokens,
    token,
    everything,
    port,
    url,
    process,
    ask,
    read,
    async submit(body: object, headers: Record<string, string> = {}): Promise<Job> {
      const answer = await ask("POST", "/jobs", { body: { project: "shop", ...body }, headers });
      if (answer.status !== 202) throw new Error(`submitting: ${answer.status} ${await answer.text()}`);
      return Job.parse(await answer.json());
    },
    /** Resolves once the job has this status. */
    until: (id: string, status: string): Promise<Job> =>
      world.until(async () => {
        const job = await read(id);
        return job.status === status ? job : undefined;
      }, `job ${id} to be ${status}`),
  };
}
