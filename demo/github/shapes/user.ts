// A user as REST and webhooks show it.
import { findUser, type World } from "../model/world.ts";
import { apiRoot, nodeId } from "./links.ts";

/** GitHub's simple user. A login that is not known any more is GitHub's "ghost". */
export function userShape(world: World, login: string) {
  const user = findUser(world, login) ?? { id: 10137, login: "ghost", type: "User" as const };
  const url = `${apiRoot(world)}/users/${encodeURIComponent(user.login)}`;
  return {
    login: user.login,
    id: user.id,
    node_id: nodeId("User", user.id),
    avatar_url: `${world.base()}/_demo/avatars/${encodeURIComponent(user.login)}.svg`,
    gravatar_id: "",
    url,
    html_url: `${world.base()}/${encodeURIComponent(user.login)}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: user.type,
    user_view_type: "public",
    site_admin: false,
  };
}

/** The longer form of GET /users/{username}. */
export function publicUserShape(world: World, login: string) {
  const created = findUser(world, login)?.created_at ?? "2008-01-14T04:33:35Z";
  return {
    ...userShape(world, login),
    name: login,
    company: null,
    blog: "",
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: created,
    updated_at: created,
  };
}
