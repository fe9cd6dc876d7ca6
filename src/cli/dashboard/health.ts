// What the dashboard's page about health tells.
import { statfs } from "node:fs/promises";
import type { HealthFacts } from "../../api/dashboard/pages/health-page.ts";
import { explain } from "../../errors.ts";
import type { House } from "../assemble.ts";
import { examine } from "../doctor.ts";
import type { Installed } from "./installed.ts";

export async function healthFacts(house: House, installed: Installed): Promise<HealthFacts> {
  const { config, jobs, inbox, outbox, probot } = house;
  const queues = await Promise.all(
    Object.entries({ jobs, inbox, outbox }).map(async ([name, { counts }]) => ({
      name,
      counts: await counts(),
    })),
  );
  const agents = (await house.health()).map(({ agent, ok, version, simulated, problem }) => ({
    agent,
    ok,
    version,
    simulated,
    problem,
  }));
  const disks = await Promise.all(
    [
      ["Data", config.DATA_ROOT],
      ["Artifacts", config.ARTIFACTS_ROOT],
      ["Workspaces", config.workspacesRoot],
    ].map(async ([name = "", path = ""]) => {
      const { bavail, blocks, bsize } = await statfs(path);
      return { name, path, freeBytes: bavail * bsize, totalBytes: blocks * bsize };
    }),
  );
  const limits = await Promise.all(
    installed.installations().map(async ({ owner, installation_id: id }) => {
      const found = await (await probot.github(id)).rateLimit().catch(() => undefined);
      return found ? [{ name: `GitHub, ${owner}`, ...found }] : [];
    }),
  );
  const findings = await examine().catch((error: unknown) => [
    { name: "doctor", level: "missing" as const, found: explain(error) },
  ]);
  return { queues, agents, disks, limits: limits.flat(), findings };
}
