// How much of the hour's allowance is used, for the headers that Octokit's throttling reads.
import type { Actor } from "../app/authenticate.ts";
import type { World } from "../model/world.ts";

const limit = 5_000;
const hourMs = 3_600_000;
const counters = new WeakMap<World, Map<string, { resetMs: number; used: number }>>();

function counterOf(world: World, actor: Actor) {
  const all = counters.get(world) ?? new Map<string, { resetMs: number; used: number }>();
  counters.set(world, all);
  const key = actor.kind === "installation" ? `installation ${actor.installation.id}` : actor.kind;
  const nowMs = world.clock().getTime();
  const known = all.get(key);
  if (known && known.resetMs > nowMs) return known;
  const fresh = { resetMs: nowMs + hourMs, used: 0 };
  all.set(key, fresh);
  return fresh;
}

/** What is left for that actor, as GET /rate_limit tells it. */
export function rateOf(world: World, actor: Actor) {
  const { used, resetMs } = counterOf(world, actor);
  return { limit, used, remaining: Math.max(0, limit - used), reset: Math.ceil(resetMs / 1000) };
}

/** Counts one request and returns the headers of its answer. */
export function spend(world: World, actor: Actor): Record<string, string> {
  counterOf(world, actor).used += 1;
  const rate = rateOf(world, actor);
  return {
    "x-ratelimit-limit": String(rate.limit),
    "x-ratelimit-remaining": String(rate.remaining),
    "x-ratelimit-used": String(rate.used),
    "x-ratelimit-reset": String(rate.reset),
    "x-ratelimit-resource": "core",
  };
}
