// An issue and a pull request each have their own event: this is where they part.
import type { Issue, Repository } from "../model/state.ts";
import { type World, isPull } from "../model/world.ts";
import { issueShape } from "../shapes/issue.ts";
import { fullPullShape } from "../shapes/pull.ts";
import { emit } from "../webhooks/emit.ts";

/** One webhook about an issue, or about a pull request when it is one. */
export async function tellIssue(
  world: World,
  repository: Repository,
  issue: Issue,
  action: string,
  sender: string,
  more: Record<string, unknown>,
): Promise<void> {
  if (isPull(issue)) {
    const pull = await fullPullShape(world, repository, issue);
    emit(world, "pull_request", action, repository, sender, {
      number: issue.number,
      pull_request: pull,
      ...more,
    });
    return;
  }
  emit(world, "issues", action, repository, sender, { issue: issueShape(world, repository, issue), ...more });
}
