// The dashboard over a folder of jobs, on a port of this machine, with a viewer of choice.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createDashboard, type DashboardOptions } from "../../src/api/dashboard/dashboard.ts";
import type { HealthFacts } from "../../src/api/dashboard/pages/health-page.ts";
import { createSessions } from "../../src/api/dashboard/session.ts";
import type { Viewer } from "../../src/api/dashboard/viewer.ts";
import { openJobIndex } from "../../src/artifacts/index/job-index.ts";
import { createArtifacts } from "../../src/artifacts/store.ts";
import { listen } from "../../src/cli/listen.ts";
import { mask } from "../publisher/job.ts";

export const operatorToken = "a-token-that-only-the-operator-knows";

const healthy: HealthFacts = {
  queues: [
    {
      name: "jobs",
      counts: { pending: 3, running: 1, awaiting_approval: 2, done: 122, failed: 14, cancelled: 9 },
    },
    { name: "inbox", counts: { done: 161 } },
    { name: "outbox", counts: { pending: 1, done: 540 } },
  ],
  agents: [
    { agent: "claude", ok: true, version: "2.1.4", simulated: false, problem: undefined },
    { agent: "codex", ok: true, version: "0.48.0", simulated: false, problem: undefined },
    {
      agent: "opencode",
      ok: false,
      version: undefined,
      simulated: false,
      problem: "opencode is not on the PATH",
    },
  ],
  disks: [
    { name: "Data", path: "/srv/patchbay/var", freeBytes: 212e9, totalBytes: 480e9 },
    { name: "Artifacts", path: "/srv/patchbay/artifacts", freeBytes: 1.4e12, totalBytes: 2e12 },
  ],
  limits: [
    { name: "GitHub, acme", remaining: 4210, limit: 5000, resetsAt: new Date("2026-03-04T06:00:00Z") },
  ],
  findings: [
    { name: "node", level: "ok" as const, found: "24.21.0" },
    { name: "git", level: "ok" as const, found: "2.47.3" },
    { name: "sandbox", level: "ok" as const, found: "bwrap, proven: files, processes, network, limits" },
    {
      name: "public address",
      level: "note" as const,
      found: "only http://127.0.0.1:3000",
      remedy: "set PUBLIC_URL to the address under which GitHub reaches this server",
    },
  ],
};

export async function serveDashboard(folder: string, change: Partial<DashboardOptions> = {}) {
  const root = join(folder, "artifacts");
  mkdirSync(root, { recursive: true });
  const artifacts = createArtifacts({ root, mask });
  const index = openJobIndex({ root, file: join(folder, "index.sqlite") });
  const clock = (): Date => new Date();
  const sessions = createSessions({ secrets: ["for this test", operatorToken], clock });
  const acted: { viewer: Viewer; jobId: string; verb: string }[] = [];
  const app = createDashboard({
    sessions,
    operatorToken,
    signIn: undefined,
    host: "github.com",
    publicUrl: undefined,
    trustedProxies: [],
    clock,
    told: () => undefined,
    artifacts,
    index,
    jobs: { list: async () => [], estimateStart: async () => undefined },
    mask,
    sightOf: async (viewer) => (viewer.kind === "operator" ? "everything" : new Set(["acme/shop"])),
    act: async (viewer, spec, { verb }) => {
      acted.push({ viewer, jobId: spec.job_id, verb });
    },
    audit: async () => [],
    health: async () => healthy,
    log: {
      warn: () => undefined,
      error: (fields: object) => process.stderr.write(`${JSON.stringify(fields)}\n`),
    },
    ...change,
  });
  const { server, port } = await listen(app.fetch, { host: "127.0.0.1", port: 0, setting: "PORT" });
  const url = `http://127.0.0.1:${port}`;
  return {
    root,
    url,
    acted,
    index,
    /** The cookie of a session, as a browser would send it. */
    cookieOf: (viewer: Viewer): string => `patchbay=${sessions.write(sessions.begin(viewer).session)}`,
    /** Ends every connection, as a network does. */
    cut(): void {
      if ("closeAllConnections" in server) server.closeAllConnections();
    },
    async close(): Promise<void> {
      index.close();
      server.close();
      if ("closeAllConnections" in server) server.closeAllConnections();
    },
  };
}
