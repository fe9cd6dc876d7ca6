// The dashboard of a process, where the operator has turned it on.
import type { Hono } from "hono";
import { briefly } from "../../api/briefly.ts";
import { createDashboard } from "../../api/dashboard/dashboard.ts";
import type { DoorEnv } from "../../api/dashboard/door.ts";
import { createSessions } from "../../api/dashboard/session.ts";
import { openJobIndex } from "../../artifacts/index/job-index.ts";
import { readEntries } from "../../audit/read-entries.ts";
import type { Answer } from "../../command/answer.ts";
import { explain } from "../../errors.ts";
import { createSignIn } from "../../io/github-sign-in.ts";
import { createLocalDecisions } from "../api/decide-local.ts";
import { openProjects } from "../api/projects.ts";
import type { House } from "../assemble.ts";
import { auditFolder } from "../audit/open-audit.ts";
import { auditedSubmit } from "../audited-submit.ts";
import { indexFile } from "../index/rebuild.ts";
import { createAct } from "./act.ts";
import { healthFacts } from "./health.ts";
import { openInstalled } from "./installed.ts";

const healthKeptMs = 60_000;
const maxTrail = 200;

interface OpenDashboard {
  routes: Hono<DoorEnv>;
  close(): void;
}

/** Undefined when nobody could come in: without DASHBOARD_TOKEN and without the App's client secret. */
export function openDashboard(house: House, answer: Answer): OpenDashboard | undefined {
  const { config, artifacts, clock, log, jobs, redactor, probot } = house;
  const { DASHBOARD_TOKEN: token, GITHUB_CLIENT_ID: clientId, GITHUB_CLIENT_SECRET: clientSecret } = config;
  const signIn =
    clientId !== undefined && clientSecret !== undefined
      ? createSignIn({ ...config.github, clientId, clientSecret })
      : undefined;
  if (token === undefined && !signIn) return undefined;
  const root = config.ARTIFACTS_ROOT;
  const index = openJobIndex({ file: indexFile(config), root, isShared: house.database !== undefined, log });
  // The first look reads everything that is new: not while somebody waits for a page.
  void index.catchUp().catch((error: unknown) => {
    log.warn({ reason: explain(error) }, "the index could not be brought up to date");
  });
  const installed = openInstalled({ index, artifacts, github: (id) => probot.github(id), clock, log });
  const routes = createDashboard({
    sessions: createSessions({
      secrets: [config.credentials?.webhookSecret ?? "", token ?? "", clientSecret ?? ""],
      clock,
    }),
    operatorToken: token,
    signIn,
    host: config.github.host,
    publicUrl: config.PUBLIC_URL,
    trustedProxies: config.TRUSTED_PROXIES,
    clock,
    told({ viewer, address }) {
      const who = viewer?.kind === "person" ? viewer.login : viewer?.kind;
      if (viewer) log.info({ who, address }, "somebody has signed in to the dashboard");
      else log.warn({ address }, "a wrong token for the dashboard");
    },
    artifacts,
    index,
    jobs,
    mask: (text) => redactor.mask(text),
    sightOf: (viewer) => installed.sightOf(viewer),
    act: createAct({
      house,
      answer,
      installed,
      local: createLocalDecisions(house, openProjects(house)),
      submit: auditedSubmit(house),
    }),
    audit: (jobId) =>
      readEntries(auditFolder(config), {
        limit: maxTrail,
        wanted: ({ fields }) => fields["job_id"] === jobId,
      }),
    health: briefly(healthKeptMs, () => healthFacts(house, installed)),
    log,
  });
  log.info({ token: token !== undefined, github: signIn !== undefined }, "the dashboard is open at /");
  return { routes, close: () => index.close() };
}
