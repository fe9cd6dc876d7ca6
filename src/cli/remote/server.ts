// Where the commands about jobs ask: the server of PATCHBAY_URL, or this machine's own folders without one.
import { Hono } from "hono";
import { z } from "zod";
import { createAnswerError, type GatewayEnv } from "../../api/gateway.ts";
import { Right, type ApiToken } from "../../api/token-file.ts";
import type { Config } from "../../config.ts";
import { explain, UserError } from "../../errors.ts";
import { assemble } from "../assemble.ts";
import { openJobRoutes } from "../api/open-gateway.ts";
import { findJob, openArtifacts } from "../jobs/job-view.ts";

const timeoutMs = 30_000;
const Said = z.object({ detail: z.string() });

interface Asked {
  body?: object;
  headers?: Record<string, string>;
  /** Undefined: 30 s. */
  signal?: AbortSignal;
}

interface Sent extends Omit<RequestInit, "headers"> {
  headers: Record<string, string>;
}

export interface Server {
  /** For people. */
  name: string;
  /** The answer, which is a success. Throws UserError with what is said to be wrong, or when nobody answers. */
  request(method: "GET" | "POST", path: string, asked?: Asked): Promise<Response>;
  json(method: "GET" | "POST", path: string, body?: object): Promise<unknown>;
  /** The path of a job: on this machine the first or last characters of its id are enough. */
  pathOf(job: string, rest?: string): Promise<string>;
}

/** Runs `use` with whoever is to be asked, and closes what that took. */
export async function withServer<T>(config: Config, use: (server: Server) => Promise<T>): Promise<T> {
  const { PATCHBAY_URL: url, PATCHBAY_TOKEN: token } = config;
  if (url === undefined) return withOwn(config, use);
  if (token === undefined) {
    throw new UserError(
      "PATCHBAY_TOKEN: set it to a token that `patchbay token create` has made on the server of PATCHBAY_URL",
    );
  }
  return use(
    serverOf(
      url,
      async (id) => id,
      (path, options) =>
        fetch(`${url}${path}`, {
          ...options,
          headers: { ...options.headers, Authorization: `Bearer ${token}` },
          // The token is for this server alone.
          redirect: "error",
        }),
    ),
  );
}

/** The gateway's own routes, asked without a network, for whoever may read and write the folders. */
async function withOwn<T>(config: Config, use: (server: Server) => Promise<T>): Promise<T> {
  const house = await assemble({ ...config, LOG_LEVEL: "error" }, config.credentials);
  try {
    const operator: ApiToken = {
      id: "0".repeat(12),
      name: "operator",
      sha256: "0".repeat(64),
      projects: ["*"],
      rights: [...Right.options],
      created_at: new Date(0).toISOString(),
    };
    const app = new Hono<GatewayEnv>().basePath("/api/v1");
    app.use(async (c, next) => {
      c.set("token", operator);
      await next();
    });
    app.route("/", await openJobRoutes(house)).onError(createAnswerError(house.log));
    const artifacts = openArtifacts(config);
    const idOf = async (job: string): Promise<string> => (await findJob(config, artifacts, job)).spec.job_id;
    return await use(
      serverOf(config.ARTIFACTS_ROOT, idOf, async (path, options) => app.request(path, options)),
    );
  } finally {
    await house.close();
  }
}

function serverOf(
  name: string,
  idOf: (job: string) => Promise<string>,
  ask: (path: string, options: Sent) => Promise<Response>,
): Server {
  const request: Server["request"] = async (method, path, asked = {}) => {
    const { body, headers, signal = AbortSignal.timeout(timeoutMs) } = asked;
    let answer: Response;
    try {
      answer = await ask(`/api/v1${path}`, {
        method,
        headers: { ...headers, ...(body && { "Content-Type": "application/json" }) },
        ...(body && { body: JSON.stringify(body) }),
        signal,
      });
    } catch (cause) {
      throw new UserError(`asking ${name}: ${explain(cause)}`, { cause });
    }
    if (answer.ok) return answer;
    const said: unknown = await answer.json().catch(() => undefined);
    throw new UserError(Said.safeParse(said).data?.detail ?? `asking ${name}: ${answer.status}`);
  };
  return {
    name,
    request,
    async json(method, path, body) {
      const answer = await request(method, path, body && { body });
      try {
        return await answer.json();
      } catch (cause) {
        throw new UserError(`asking ${name}: ${answer.status}, and no JSON; is PATCHBAY_URL a Patchbay?`, {
          cause,
        });
      }
    },
    pathOf: async (job, rest = "") => `/jobs/${encodeURIComponent(await idOf(job))}${rest}`,
  };
}
