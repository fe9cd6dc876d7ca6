// Endpoints about nobody's repository: users, limits, the server itself.
import { notAccessible, notFound } from "../guesses.ts";
import { findUser } from "../model/world.ts";
import { publicUserShape } from "../shapes/user.ts";
import { type Endpoints, ok, param } from "./endpoint.ts";
import { rateOf } from "./rate-limit.ts";

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
  "GET /users/{username}": {
    who: "anyone",
    handle: (call) => {
      const user = findUser(call.world, param(call, "username"));
      if (!user) throw notFound();
      return ok(publicUserShape(call.world, user.login));
    },
  },
};
