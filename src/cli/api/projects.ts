// The projects that jobs from outside may name: repositories of this machine, each by the operator's own name for it.
import { Problem } from "../../api/problem.ts";
import type { Config } from "../../config.ts";
import { UserError } from "../../errors.ts";
import { type Git, line } from "../../io/git.ts";
import { type LocalRepository, openLocalRepository } from "../local/repository.ts";

export function openProjects({
  git,
  config,
}: {
  git: Git;
  config: Pick<Config, "PROJECT_ALIASES" | "trustedPath">;
}) {
  const open = (folder: string): Promise<LocalRepository> =>
    openLocalRepository({ git, path: config.trustedPath }, folder);

  return {
    /** Undefined for a project that there isn't. */
    folder: (project: string): string | undefined =>
      Object.hasOwn(config.PROJECT_ALIASES, project) ? config.PROJECT_ALIASES[project] : undefined,
    open,

    /** The last commit of a branch, or of what is checked out. Throws Problem 422 for a branch that there isn't. */
    async baseOf(
      project: string,
      ref: string | undefined,
    ): Promise<{ ref: string; sha: string } | undefined> {
      const folder = this.folder(project);
      if (folder === undefined) return undefined;
      let repository: LocalRepository;
      try {
        repository = await open(folder);
      } catch (cause) {
        // Where it lies is the operator's own.
        if (!(cause instanceof UserError)) throw cause;
        throw new Problem({
          status: 409,
          detail: `the project "${project}" can't be opened as a git repository`,
        });
      }
      if (ref === undefined) return repository.base;
      const found = await git(["rev-parse", "--verify", "--quiet", `refs/heads/${ref}^{commit}`], {
        gitDir: repository.gitDir,
        okExitCodes: [1, 128],
      });
      if (found.exitCode === 0) return { ref, sha: line(found) };
      const detail = `there is no branch "${ref}"`;
      throw new Problem({
        status: 422,
        detail: `not valid: ref: ${detail}`,
        errors: [{ field: "ref", detail }],
      });
    },
  };
}

export type Projects = ReturnType<typeof openProjects>;
