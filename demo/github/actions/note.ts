// One line in an issue's history.
import type { Issue, TimelineEvent } from "../model/state.ts";
import { type World, nextId, now } from "../model/world.ts";

export function note(
  world: World,
  issue: Issue,
  kind: TimelineEvent["kind"],
  login: string,
  detail = "",
): void {
  issue.timeline.push({ id: nextId(world), at: now(world), login, kind, detail });
}
