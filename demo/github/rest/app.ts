// The App about itself: installations, tokens, the webhook and its deliveries, set-up from a manifest.
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { newApp } from "../app/new-app.ts";
import { satisfies } from "../app/permissions.ts";
import {
  badAppToken,
  notAccessible,
  notFound,
  requiresAuthentication,
  tooManyPermissions,
  unknownTokenRepositories,
} from "../guesses.ts";
import { type Installation, Permissions } from "../model/accounts.ts";
import { type World, botLogin, installationOn } from "../model/world.ts";
import { appShape, deliveryItemShape, deliveryShape, installationShape } from "../shapes/app.ts";
import { repositoryShape } from "../shapes/repository.ts";
import { ensureUser } from "../actions/accounts.ts";
import { type Call, type Endpoints, bodyAs, created, noContent, numberParam, ok, param } from "./endpoint.ts";
import { page } from "./pages.ts";

const TokenWishes = z.object({
  repositories: z.array(z.string()).optional(),
  repository_ids: z.array(z.number()).optional(),
  permissions: Permissions.optional(),
});

const tokenLifeMs = 3_600_000;

function installationById(world: World, id: number): Installation {
  const found = world.state.installations.find((one) => one.id === id);
  if (!found) throw notFound();
  return found;
}

function repositoriesOf(world: World, installation: Installation) {
  return world.state.repositories.filter((one) => installationOn(world, one)?.id === installation.id);
}

function createToken(call: Call) {
  const { world } = call;
  const installation = installationById(world, numberParam(call, "installation_id"));
  if (installation.suspended_at !== null) throw notAccessible();
  const wishes = bodyAs(call, TokenWishes);
  const within = repositoriesOf(world, installation);
  const wanted = [...(wishes.repositories ?? []), ...(wishes.repository_ids ?? [])].map((name) => {
    const found = within.find((one) => one.name === name || one.id === name);
    if (!found) throw unknownTokenRepositories();
    return found;
  });
  const narrowed = wishes.repositories !== undefined || wishes.repository_ids !== undefined;
  const permissions = wishes.permissions ?? installation.permissions;
  for (const [name, level] of Object.entries(permissions)) {
    const need = { [name]: level === "read" ? ("read" as const) : ("write" as const) };
    if (!satisfies(installation.permissions, [need])) throw tooManyPermissions();
  }
  const token = {
    token: `ghs_${randomBytes(18).toString("hex")}`,
    installation_id: installation.id,
    repository_ids: narrowed ? wanted.map((one) => one.id) : null,
    permissions: { ...permissions, metadata: "read" as const },
    expires_at: new Date(world.clock().getTime() + tokenLifeMs).toISOString().replace(/\.\d+Z$/, "Z"),
  };
  world.state.tokens.push(token);
  return created({
    token: token.token,
    expires_at: token.expires_at,
    permissions: token.permissions,
    repository_selection: narrowed ? "selected" : installation.selection,
    ...(narrowed ? { repositories: wanted.map((one) => repositoryShape(world, one)) } : {}),
  });
}

const Manifest = z.looseObject({
  name: z.string().optional(),
  hook_attributes: z.looseObject({ url: z.string() }).optional(),
  default_permissions: Permissions.optional(),
  default_events: z.array(z.string()).optional(),
});

/** A manifest's code becomes an App: in the stand-in it replaces the one that was there. */
function convertManifest(call: Call) {
  const { world } = call;
  const code = param(call, "code");
  const found = world.state.manifests[code];
  if (!found) throw notFound();
  delete world.state.manifests[code];
  const manifest = Manifest.parse(found);
  const name = manifest.name ?? "patchbay";
  const old = world.state.app;
  world.state.app = newApp(old.id, old.created_at, {
    name,
    slug: name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-"),
    owner: old.owner,
    webhookUrl: manifest.hook_attributes?.url,
    permissions: { metadata: "read", ...manifest.default_permissions },
    events: manifest.default_events,
  });
  ensureUser(world, botLogin(world), "Bot");
  const { app } = world.state;
  return created({
    ...appShape(world),
    client_id: app.client_id,
    client_secret: app.client_secret,
    webhook_secret: app.webhook_secret,
    pem: app.private_key,
  });
}

const HookConfig = z.object({ url: z.string().optional(), secret: z.string().optional() });

function hookConfig(world: World) {
  const { webhook_url: url } = world.state.app;
  return { content_type: "json", insecure_ssl: "0", secret: "********", ...(url === null ? {} : { url }) };
}

function deliveryOf(call: Call) {
  const found = call.sender.deliveries.find((one) => one.id === numberParam(call, "delivery_id"));
  if (!found) throw notFound();
  return found;
}

/** Newest first; the cursor is the id of the last delivery of the page before. */
function listDeliveries(call: Call) {
  const perPage = Math.min(100, Number(call.query.get("per_page") ?? 30) || 30);
  const cursor = call.query.get("cursor");
  const newest = call.sender.deliveries.toReversed();
  const failed = call.query.get("status");
  const wanted = newest.filter((one) => {
    if (failed === "failure" && one.status_code < 400) return false;
    if (failed === "success" && one.status_code >= 400) return false;
    return cursor === null || one.id < Number(cursor.replace(/^v1_/, ""));
  });
  const shown = wanted.slice(0, perPage);
  const last = shown.at(-1);
  if (!last || wanted.length <= perPage) return ok(shown.map(deliveryItemShape));
  const next = new URL(call.url);
  next.searchParams.set("cursor", `v1_${last.id}`);
  return { ...ok(shown.map(deliveryItemShape)), headers: { link: `<${next.href}>; rel="next"` } };
}

export const appEndpoints: Endpoints = {
  "GET /app": { who: "app", handle: ({ world }) => ok(appShape(world)) },
  "GET /apps/{app_slug}": {
    who: "anyone",
    handle: (call) => {
      if (param(call, "app_slug") !== call.world.state.app.slug) throw notFound();
      return ok(appShape(call.world));
    },
  },
  "POST /app-manifests/{code}/conversions": { who: "anyone", handle: convertManifest },
  "GET /app/hook/config": { who: "app", handle: ({ world }) => ok(hookConfig(world)) },
  "PATCH /app/hook/config": {
    who: "app",
    handle: (call) => {
      const { url, secret } = bodyAs(call, HookConfig);
      if (url !== undefined) call.world.state.app.webhook_url = url;
      if (secret !== undefined) call.world.state.app.webhook_secret = secret;
      return ok(hookConfig(call.world));
    },
  },
  "GET /app/hook/deliveries": { who: "app", handle: listDeliveries },
  "GET /app/hook/deliveries/{delivery_id}": {
    who: "app",
    handle: (call) => ok(deliveryShape(deliveryOf(call))),
  },
  "POST /app/hook/deliveries/{delivery_id}/attempts": {
    who: "app",
    handle: (call) => {
      call.sender.redeliver(deliveryOf(call));
      return { status: 202, body: {} };
    },
  },
  "GET /app/installations": {
    who: "app",
    handle: (call) => page(call, call.world.state.installations, (one) => installationShape(call.world, one)),
  },
  "GET /app/installations/{installation_id}": {
    who: "app",
    handle: (call) =>
      ok(installationShape(call.world, installationById(call.world, numberParam(call, "installation_id")))),
  },
  "POST /app/installations/{installation_id}/access_tokens": { who: "app", handle: createToken },
  "GET /repos/{owner}/{repo}/installation": {
    who: "app",
    handle: (call) => {
      const installation = installationOn(call.world, call.repository());
      if (!installation) throw notFound();
      return ok(installationShape(call.world, installation));
    },
  },
  "GET /installation/repositories": {
    who: "token",
    handle: (call) => {
      const { actor, world } = call;
      if (actor.kind !== "installation") throw notAccessible();
      const narrowed = actor.token.repository_ids;
      const all = repositoriesOf(world, actor.installation).filter(
        (one) => narrowed?.includes(one.id) ?? true,
      );
      return page(
        call,
        all,
        (one) => repositoryShape(world, one),
        (repositories) => ({
          total_count: all.length,
          repository_selection: narrowed === null ? actor.installation.selection : "selected",
          repositories,
        }),
      );
    },
  },
  "DELETE /installation/token": {
    who: "token",
    handle: ({ actor, world }) => {
      if (actor.kind !== "installation")
        throw actor.kind === "app" ? badAppToken() : requiresAuthentication();
      world.state.tokens = world.state.tokens.filter((one) => one !== actor.token);
      return noContent();
    },
  },
};
