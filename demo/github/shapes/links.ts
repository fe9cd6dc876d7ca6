// GitHub's addresses and node ids.
import type { Repository } from "../model/state.ts";
import { type World, fullName } from "../model/world.ts";

/** The REST root that answers name: the prefix of a GitHub Enterprise Server. */
export function apiRoot(world: World): string {
  return `${world.base()}/api/v3`;
}

export function repositoryApi(world: World, repository: Repository): string {
  return `${apiRoot(world)}/repos/${fullName(repository)}`;
}

export function repositoryPage(world: World, repository: Repository): string {
  return `${world.base()}/${fullName(repository)}`;
}

/** An opaque id of GitHub's GraphQL; `parseNodeId` reads it back. */
export function nodeId(kind: string, id: number | string): string {
  return Buffer.from(`${kind}:${id}`).toString("base64url");
}

export function parseNodeId(id: string): { kind: string; id: string } {
  const [kind = "", ...rest] = Buffer.from(id, "base64url").toString("utf8").split(":");
  return { kind, id: rest.join(":") };
}
