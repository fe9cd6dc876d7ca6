// Endpoints about nobody's repository: users, limits, the server itself.
import { notAccessible, notFound } from "../guesses.ts";
import { satisfies } from "../app/permissions.ts";
import { apiRoot } from "../shapes/links.ts";
import { findUser } from "../model/world.ts";
import { publicUserShape, userShape } from "../shapes/user.ts";
import { type Call, type Endpoints, ok, param } from "./endpoint.ts";
import { page } from "./pages.ts";
import { rateOf } from "./rate-limit.ts";

/** The team of the path. Throws GitHub's 404 and 403. */
function teamIn(call: Call) {
  const { actor, world } = call;
  const org = param(call, "org").toLowerCase();
  if (actor.kind === "installation") {
    if (actor.installation.account.toLowerCase() !== org) throw notFound();
    if (!satisfies(actor.token.permissions, [{ members: "read" }])) throw notAccessible();
  }
  const slug = param(call, "team_slug");
  const team = world.state.teams.find((one) => one.org.toLowerCase() === org && one.slug === slug);
  if (!team) throw notFound();
  return team;
}

export const accountEndpoints: Endpoints = {
  "GET /meta": {
    who: "anyone",
    handle: () => ok({ verifiable_password_authentication: false, installed_version: "3.21.0" }),
  },
  "GET /rate_limit": {
    who: "anyone",
    handle: (call) => {
      const rate = rateOf(call.world, call.actor);
      return ok({ resources: { core: rate, search: rate, graphql: rate }, rate });
    },
  },
  "GET /user": {
    who: "token",
    handle: ({ actor, world }) => {
      if (actor.kind !== "user") throw notAccessible();
      return ok(publicUserShape(world, actor.user.login));
    },
  },
  "GET /orgs/{org}/teams/{team_slug}/members": {
    who: "token",
    handle: (call) => page(call, teamIn(call).members, (login) => userShape(call.world, login)),
  },
  "GET /orgs/{org}/teams/{team_slug}/memberships/{username}": {
    who: "token",
    handle: (call) => {
      const team = teamIn(call);
      const login = param(call, "username").toLowerCase();
      if (!team.members.some((member) => member.toLowerCase() === login)) throw notFound();
      const url = `${apiRoot(call.world)}/orgs/${team.org}/teams/${team.slug}/memberships/${login}`;
      return ok({ url, role: "member", state: "active" });
    },
  },
  "GET /users/{username}": {
    who: "anyone",
    handle: (call) => {
      const user = findUser(call.world, param(call, "username"));
      if (!user) throw notFound();
      return ok(publicUserShape(call.world, user.login));
    },
  },
};
