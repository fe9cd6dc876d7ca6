// Puts the parts together that every webhook has.
import type { Repository } from "../model/state.ts";
import { type World, installationOn } from "../model/world.ts";
import { nodeId } from "../shapes/links.ts";
import { repositoryShape } from "../shapes/repository.ts";
import { userShape } from "../shapes/user.ts";

/** Tells the App, if it is installed there and subscribed. `sender` is a login. */
export function emit(
  world: World,
  event: string,
  action: string | null,
  repository: Repository,
  sender: string,
  payload: Record<string, unknown>,
): void {
  const installation = installationOn(world, repository);
  if (!installation || installation.suspended_at !== null) return;
  if (!world.state.app.events.includes(event)) return;
  const owner = world.state.users.find((user) => user.login === repository.owner);
  world.deliver({
    event,
    action,
    installation_id: installation.id,
    repository_id: repository.id,
    payload: {
      ...(action === null ? {} : { action }),
      ...payload,
      repository: repositoryShape(world, repository),
      ...(owner?.type === "Organization" ? { organization: organization(world, owner) } : {}),
      sender: userShape(world, sender),
      installation: {
        id: installation.id,
        node_id: nodeId("IntegrationInstallation", installation.id),
      },
    },
  });
}

function organization(world: World, owner: { id: number; login: string }) {
  const user = userShape(world, owner.login);
  const url = user.url.replace("/users/", "/orgs/");
  return {
    login: owner.login,
    id: owner.id,
    node_id: user.node_id,
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: user.avatar_url,
    description: null,
  };
}
