// Acting as a person: what a test or the demo does in place of the browser. Each act resolves when it is saved;
// users that are named and unknown are made.
import type { World } from "../model/world.ts";
import { accountActs } from "./accounts.ts";
import { createDesk } from "./desk.ts";
import { issueActs } from "./issues.ts";
import { pullActs } from "./pulls.ts";
import { repositoryActs } from "./repositories.ts";

export type Seeding = ReturnType<typeof createSeeding>;

/** The acts of people on one stand-in. */
export function createSeeding(world: World, save: () => Promise<void>) {
  const desk = createDesk(world, save);
  return { ...accountActs(desk), ...repositoryActs(desk), ...issueActs(desk), ...pullActs(desk) };
}
