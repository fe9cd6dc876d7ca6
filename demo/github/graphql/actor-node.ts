// Who did something, as GraphQL sees it.
import { findUser } from "../model/world.ts";
import { userShape } from "../shapes/user.ts";
import type { Context } from "./context.ts";

export function actorNode({ world }: Context, login: string) {
  const shape = userShape(world, login);
  const kind = findUser(world, login)?.type ?? "User";
  return {
    __typename: kind,
    id: shape.node_id,
    databaseId: shape.id,
    // GraphQL names a bot without its suffix.
    login: shape.login.replace(/\[bot\]$/, ""),
    url: shape.html_url,
    avatarUrl: shape.avatar_url,
    name: shape.login,
  };
}
