// What every resolver is given.
import { type Actor } from "../app/authenticate.ts";
import { authorize, type Need } from "../app/permissions.ts";
import { mustBeApp, requiresAuthentication } from "../guesses.ts";
import type { Repository } from "../model/state.ts";
import { type World, botLogin } from "../model/world.ts";

export interface Context {
  world: World;
  actor: Actor;
}

/** Throws unless the actor may. */
export function require({ world, actor }: Context, repository: Repository, ...needs: Need[]): void {
  authorize(world, actor, repository, needs);
}

export function loginOf({ world, actor }: Context): string {
  if (actor.kind === "installation") return botLogin(world);
  if (actor.kind === "user") return actor.user.login;
  throw actor.kind === "app" ? mustBeApp() : requiresAuthentication();
}
