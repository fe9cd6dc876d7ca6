// What /metrics tells: the queues, the agents, the model APIs, this process. No label holds more than a name.
import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Metric } from "../api/metrics-text.ts";
import type { AgentHealth } from "../runner/agent-health.ts";
import type { House } from "./assemble.ts";
import { scheduleMetrics } from "./schedules/metrics.ts";

type Told = Pick<House, "jobs" | "inbox" | "outbox" | "health" | "config" | "clock">;

const Manifest = z.object({ version: z.string() });
const manifest = new URL("../../package.json", import.meta.url);
const apiStates = ["ok", "refused", "forbidden", "unreachable", "unsure"] as const;

/** Model APIs are asked behind the scrape's back, at most every five minutes: its answer tells what was seen last. */
export async function collectMetrics({
  jobs,
  inbox,
  outbox,
  health,
  config,
  clock,
}: Told): Promise<Metric[]> {
  const { version } = Manifest.parse(JSON.parse(await readFile(manifest, "utf8")));
  const queues = { jobs, inbox, outbox };
  const counted = await Promise.all(
    Object.entries(queues).map(async ([queue, { counts }]) => ({ queue, counts: await counts() })),
  );
  const agents = await health();
  health({ probe: true }).catch(() => undefined);
  return [
    gauge("patchbay_info", "Which version this is.", [{ labels: { version }, value: 1 }]),
    gauge(
      "patchbay_queue_tickets",
      "Tickets by queue and state; ended ones as long as they are remembered.",
      counted.flatMap(({ queue, counts }) =>
        Object.entries(counts).map(([state, value]) => ({ labels: { queue, state }, value })),
      ),
    ),
    ...agentMetrics(agents),
    ...(await scheduleMetrics({ config, clock })),
    gauge("process_resident_memory_bytes", "Resident memory of this process.", [
      { value: process.memoryUsage.rss() },
    ]),
    gauge("process_start_time_seconds", "When this process began, in seconds since 1970.", [
      { value: Math.round(Date.now() / 1000 - process.uptime()) },
    ]),
  ];
}

/** The agents that the operator allows, and the model APIs that they use. */
export function agentMetrics(agents: readonly AgentHealth[]): Metric[] {
  const apis = new Map(agents.flatMap(({ models }) => models).map((probe) => [probe.provider, probe]));
  return [
    gauge(
      "patchbay_agent_ok",
      "Whether the agent's program and one of its model APIs are as they should be.",
      agents.map(({ agent, ok }) => ({ labels: { agent }, value: ok ? 1 : 0 })),
    ),
    gauge(
      "patchbay_agent_info",
      "The agent's version, as its program told it; simulated: a built-in agent stands in for it.",
      agents.map(({ agent, version = "", simulated }) => ({
        labels: { agent, version, simulated: String(simulated) },
        value: 1,
      })),
    ),
    gauge(
      "patchbay_model_api_state",
      "1 for the state in which the model API was seen last.",
      [...apis.values()].flatMap(({ provider, state }) =>
        apiStates.map((one) => ({ labels: { provider, state: one }, value: one === state ? 1 : 0 })),
      ),
    ),
  ];
}

function gauge(name: string, help: string, samples: Metric["samples"]): Metric {
  return { name, help, type: "gauge", samples };
}
