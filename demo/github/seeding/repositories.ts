// Repositories, who may do what there, and commits.
import type { z } from "zod";
import { commitFiles, createRepository, renameRepository } from "../actions/repositories.ts";
import type { Role } from "../model/state.ts";
import { fullName } from "../model/world.ts";
import { repositoryPage } from "../shapes/links.ts";
import type { Desk } from "./desk.ts";
import { NewCommit, type NewRepository } from "./wishes.ts";

export function repositoryActs({ world, save, act, who }: Desk) {
  return {
    createRepository: async (name: string, wishes: Omit<z.input<typeof NewRepository>, "name"> = {}) => {
      const made = await createRepository(world, name, wishes);
      await save();
      return {
        id: made.id,
        name: fullName(made),
        default_branch: made.default_branch,
        url: repositoryPage(world, made),
        clone_url: `${repositoryPage(world, made)}.git`,
      };
    },
    setPermission: (name: string, login: string, role: Role) =>
      act(name, (repository) => {
        repository.roles[who(login)] = role;
      }),
    renameRepository: (name: string, to: string) =>
      act(name, (repository) => renameRepository(world, repository, to)),
    archive: (name: string, archived: boolean) =>
      act(name, (repository) => {
        repository.archived = archived;
      }),
    /** Commits files to a branch as a push would: `push` and `synchronize` webhooks follow. */
    commitFiles: (wishes: z.input<typeof NewCommit>) =>
      act(wishes.repo, async (repository) => {
        const { repo: _repo, author, ...rest } = NewCommit.parse(wishes);
        return { sha: await commitFiles(world, repository, { ...rest, author: who(author) }) };
      }),
  };
}
