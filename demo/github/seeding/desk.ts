// What every act is done with.
import { ensureUser } from "../actions/accounts.ts";
import type { Repository } from "../model/state.ts";
import { type World, repositoryNamed } from "../model/world.ts";

export interface Desk {
  world: World;
  save: () => Promise<void>;
  /** The login, made known if it is not. */
  who: (login: string) => string;
  /** Does one act alone on its repository, then saves. */
  act: <T>(name: string, work: (repository: Repository) => T | Promise<T>) => Promise<T>;
}

export function createDesk(world: World, save: () => Promise<void>): Desk {
  async function act<T>(name: string, work: (repository: Repository) => T | Promise<T>): Promise<T> {
    const repository = repositoryNamed(world, name);
    const result = await world.alone(repository, async () => work(repository));
    await save();
    return result;
  }
  return { world, save, act, who: (login) => ensureUser(world, login).login };
}
