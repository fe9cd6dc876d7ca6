// The HTTP gateway of a process, where the operator has turned it on.
import { join } from "node:path";
import type { Hono } from "hono";
import { createGateway, type GatewayEnv } from "../../api/gateway.ts";
import { createIdempotency } from "../../api/idempotency.ts";
import { createJobRoutes } from "../../api/job-routes.ts";
import { openTokenFile } from "../../api/token-file.ts";
import type { House } from "../assemble.ts";
import { auditedSubmit } from "../audited-submit.ts";
import { callbackProblem } from "./callback-problem.ts";
import { createLocalDecisions } from "./decide-local.ts";
import { openProjects } from "./projects.ts";

/** A key is remembered for a week. */
const keysTtlMs = 7 * 24 * 60 * 60 * 1000;

/** Undefined without API_TOKENS: there is no gateway then. */
export async function openGateway(house: House): Promise<Hono<GatewayEnv> | undefined> {
  const { config, log } = house;
  if (config.API_TOKENS === undefined) return undefined;
  const routes = await openJobRoutes(house);
  log.info({ projects: Object.keys(config.PROJECT_ALIASES).length }, "the gateway is open at /api/v1");
  return createGateway(
    {
      tokens: openTokenFile(config.API_TOKENS),
      trustedProxies: config.TRUSTED_PROXIES,
      maxRequests: config.API_RATE_LIMIT_MAX_REQUESTS,
      windowMs: config.API_RATE_LIMIT_WINDOW_SEC * 1000,
      maxBodyBytes: config.MAX_API_BODY_BYTES,
      log,
    },
    routes,
  );
}

/** What the gateway's door leads to. */
export async function openJobRoutes(house: House): Promise<Hono<GatewayEnv>> {
  const { config, artifacts, agents, clock } = house;
  const projects = openProjects(house);
  // Beside the artifacts, which all machines of a database share.
  const idempotency = createIdempotency({ dir: join(config.ARTIFACTS_ROOT, ".idempotency"), clock });
  await idempotency.forget(new Date(clock().getTime() - keysTtlMs));
  return createJobRoutes({
    artifacts,
    artifactsRoot: config.ARTIFACTS_ROOT,
    agents: agents.names(),
    handoff: config.DEFAULT_ARTIFACT_HANDOFF,
    idempotency,
    submit: auditedSubmit(house),
    baseOf: (project, ref) => projects.baseOf(project, ref),
    callbackProblem: (url) => callbackProblem(config, url),
    actions: createLocalDecisions(house, projects),
  });
}
