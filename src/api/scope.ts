// Which jobs a token reaches. Pure.
import type { JobSpec } from "../job/job-spec.ts";
import type { ApiToken } from "./token-file.ts";

type Scoped = Pick<ApiToken, "projects">;

/** Whether a project or repository (`owner/name`) is among a token's. */
export function reaches({ projects }: Scoped, place: string): boolean {
  // Names of repositories are one whatever their case; a project's name has no slash.
  const fold = (name: string): string => (name.includes("/") ? name.toLowerCase() : name);
  return projects.some((scope) => scope === "*" || fold(scope) === fold(place));
}

/** Whether a token may know of a job. A project's name counts only where it is one of PROJECT_ALIASES. */
export function reachesJob(
  token: Scoped,
  spec: Pick<JobSpec, "repository" | "project_id" | "source">,
): boolean {
  const { repository, project_id: project, source } = spec;
  if (token.projects.includes("*")) return true;
  if (repository) return reaches(token, `${repository.owner}/${repository.name}`);
  const isNamed = source.type === "api" || source.type === "cron";
  return isNamed && project !== undefined && reaches(token, project);
}
