// /healthz and /metrics of a process.
import type { Hono } from "hono";
import { createHealthRoutes } from "../api/health-routes.ts";
import type { House } from "./assemble.ts";
import { collectMetrics } from "./collect-metrics.ts";

/** It is well when it can ask its queue: the disk, or the database, is there. */
export function openHealth(house: House): Hono {
  return createHealthRoutes({
    async check() {
      await house.jobs.counts();
    },
    collect: () => collectMetrics(house),
    token: house.config.METRICS_TOKEN,
    log: house.log,
  });
}
