// The runner part: claims jobs and runs them.
import type { ServerType } from "@hono/node-server";
import { consume } from "../queue/consume.ts";
import { giveUpJob } from "../runner/give-up.ts";
import { DrainRequested } from "../runner/stop.ts";
import { createWorker } from "../runner/worker.ts";
import type { House, Running } from "./assemble.ts";
import { warnOfAgents } from "./agent-health.ts";
import { auditGivenUp } from "./audit/audit-runner.ts";
import { createFetchBase } from "./fetch-base.ts";
import { listen } from "./listen.ts";
import { openHealth } from "./open-health.ts";
import { openRunner } from "./open-runner.ts";
import { warnOfSandbox } from "./open-sandbox.ts";

/** Starts claiming jobs. */
export async function runRunner(house: House): Promise<Running> {
  const { config, log, jobs } = house;
  const deps = await openRunner(house, { fetchBase: createFetchBase(house), outbox: house.outbox });
  const looked = Promise.all([warnOfAgents(house), warnOfSandbox(house, deps.sandbox)]);
  const health = await serveHealth(house);
  const drain = new AbortController();
  const halt = new AbortController();
  const done = consume({
    queue: jobs,
    concurrency: config.RUNNER_CONCURRENCY,
    handle: createWorker(deps, halt.signal),
    async onGaveUp(claim, error) {
      const message = "a bug in Patchbay; its operator finds the trace in the log under the job's id";
      log.error({ job: claim.ticket.id, err: error }, "a bug ended this job");
      await giveUpJob(house, claim.ticket, { code: "internal", message, details: {} });
      await auditGivenUp(house, claim.ticket);
    },
    signal: drain.signal,
    log,
  });
  return {
    async stop() {
      drain.abort();
      const late = setTimeout(
        () => halt.abort(new DrainRequested("draining")),
        config.RUNNER_DRAIN_SEC * 1000,
      );
      await Promise.all([done, looked]);
      clearTimeout(late);
      health?.close();
    },
  };
}

/** A runner on a machine of its own tells of the agents there. */
async function serveHealth(house: House): Promise<ServerType | undefined> {
  const { HOST: host, RUNNER_METRICS_PORT: port } = house.config;
  if (port === 0) return undefined;
  const { server } = await listen(openHealth(house).fetch, { host, port, setting: "RUNNER_METRICS_PORT" });
  house.log.info({ host, port }, "listening for /healthz and /metrics");
  return server;
}
