// What a repository's configuration changes. It narrows: nobody and nothing is allowed by it that was not before. Pure.
import type { JobSpec, Permission } from "../../job/job-spec.ts";
import type { Pipeline } from "../../job/pipelines.ts";
import { isBot, permits } from "../authorize.ts";
import type { Sender } from "../trigger.ts";
import type { RepositoryConfiguration } from "./schema.ts";

/** The built-in pipelines with this repository's agents and models, and its own, which replace those of their name. */
export function pipelinesWith(
  builtIn: readonly Pipeline[],
  { pipelines, agents, models }: RepositoryConfiguration,
): Pipeline[] {
  const isOwn = (name: string): boolean => Object.hasOwn(pipelines, name);
  const changed = builtIn
    .filter(({ name }) => !isOwn(name))
    .map((pipeline) => ({
      ...pipeline,
      steps: pipeline.steps.map((step) => ({ ...step, agent: agents[step.role] ?? step.agent })),
    }));
  const own = Object.entries(pipelines).map(([name, { summary, steps }]) => ({ name, summary, steps }));
  return [...changed, ...own].map((pipeline) => ({
    ...pipeline,
    steps: pipeline.steps.map((step) => ({ ...step, model: step.model ?? models[step.agent] })),
  }));
}

/** What a job takes along. */
export function limitsOf(configuration: RepositoryConfiguration): JobLimits {
  const { protected_paths, egress, budget, publish, review, verify } = configuration;
  const { mode, base, branch } = publish;
  const { request_changes_at: gravity } = review;
  return {
    publish: {
      mode,
      ...(branch !== undefined && { branch_template: branch }),
      ...(gravity !== undefined && { request_changes_at: gravity }),
    },
    ...(base !== undefined && { base }),
    policy: { protected_paths, ...(egress && { egress_allowlist: egress }) },
    ...(Object.keys(budget).length > 0 && { budget }),
    ...(verify && { verify }),
  };
}

export interface JobLimits {
  policy: Pick<JobSpec["policy"], "protected_paths" | "egress_allowlist">;
  publish: Pick<JobSpec["publish"], "mode"> &
    Partial<Pick<JobSpec["publish"], "branch_template" | "request_changes_at">>;
  /** The branch from which jobs start. */
  base?: string;
  budget?: NonNullable<JobSpec["budget"]>;
  verify?: NonNullable<JobSpec["verify"]>;
}

/** What a command asks for, as `permissions` calls it; undefined for what anybody may who may ask at all. */
export type Right = keyof RepositoryConfiguration["permissions"];

/** Whether someone whom the operator lets ask may do this here. */
export function mayDo(
  { permissions, allow, deny }: RepositoryConfiguration,
  { sender, permission, teams }: { sender: Sender; permission: Permission; teams: ReadonlySet<string> },
  right: Right | undefined,
): boolean {
  const isListed = (entries: readonly string[]): boolean =>
    entries.some((entry) => teams.has(entry) || entry.toLowerCase() === sender.login.toLowerCase());
  if (isListed(deny) || (allow !== undefined && !isListed(allow))) return false;
  // A bot of the operator's list has no permission of its own; it is in `allow`, or stands for write.
  const has = isBot(sender) ? "write" : permission;
  return right === undefined || permits(has, permissions[right]);
}
