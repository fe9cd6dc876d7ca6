// GitHub's rule for workflow files, for every way of moving a branch but `git push`, which has its hook.
import type { Actor } from "../app/authenticate.ts";
import { satisfies } from "../app/permissions.ts";
import { touchedWorkflow } from "../git/workflow-guard.ts";
import { workflowRefused } from "../guesses.ts";
import type { Repository } from "../model/state.ts";
import { type World, gitOf } from "../model/world.ts";

/** Throws GitHub's refusal when an installation without `workflows` brings in changes to workflow files. */
export async function refuseWorkflows(
  world: World,
  actor: Actor,
  repository: Repository,
  sha: string,
): Promise<void> {
  if (actor.kind !== "installation") return;
  if (satisfies(actor.token.permissions, [{ workflows: "write" }])) return;
  const file = await touchedWorkflow(gitOf(world, repository), sha);
  if (file !== null) throw workflowRefused(file);
}
