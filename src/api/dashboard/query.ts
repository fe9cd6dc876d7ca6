// What an address asks for. What can't be read is left out: an address is often typed, or cut.
import { z } from "zod";
import { JobFilter } from "../../artifacts/index/find-jobs.ts";

const known = ["q", "repository", "status", "pipeline", "agent", "person", "days", "cost", "order", "cursor"];
const dayMs = 86_400_000;

/** Only what is known and says something. */
export function knownQuery(query: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query)
      .filter(([name, value]) => known.includes(name) && value.trim() !== "")
      .map(([name, value]) => [name, value.trim().slice(0, 500)]),
  );
}

export function jobFilter(query: Record<string, string>, nowMs: number): JobFilter {
  const { q: text, repository, status, pipeline, agent, person, cursor } = query;
  const order = JobFilter.shape.order.catch("newest").parse(query["order"]);
  const days = Days.parse(query["days"]);
  const cost = Cost.parse(query["cost"]?.replace(/^\$/, ""));
  const given = { text, repository, status, pipeline, agent, person, cursor };
  const filter = {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    order,
    ...(days !== undefined && { fromMs: nowMs - days * dayMs }),
    ...(cost !== undefined && { minCostUsd: cost }),
  };
  const read = JobFilter.safeParse(filter);
  return read.success ? read.data : JobFilter.parse({ order });
}

const Days = z.coerce.number().int().min(1).max(3650).optional().catch(undefined);
const Cost = z.coerce.number().min(0).max(1e9).optional().catch(undefined);

/** The days of a page of numbers: as many as are asked for, up to today. */
export function dayRange(query: Record<string, string>, nowMs: number): { fromDay: number; toDay: number } {
  const toDay = Math.floor(nowMs / dayMs);
  const days = z.coerce.number().int().min(2).max(366).catch(30).parse(query["days"]);
  return { fromDay: toDay - days + 1, toDay };
}
