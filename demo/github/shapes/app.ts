// The App, its installations and its deliveries as REST shows them.
import type { Installation } from "../model/accounts.ts";
import { type World, userOf } from "../model/world.ts";
import type { Delivery } from "../webhooks/delivery.ts";
import { apiRoot, nodeId } from "./links.ts";
import { userShape } from "./user.ts";

export function appShape(world: World) {
  const { app, installations } = world.state;
  return {
    id: app.id,
    slug: app.slug,
    client_id: app.client_id,
    node_id: nodeId("App", app.id),
    owner: userShape(world, app.owner),
    name: app.name,
    description: null,
    external_url: "https://example.org/",
    html_url: `${world.base()}/github-apps/${app.slug}`,
    created_at: app.created_at,
    updated_at: app.created_at,
    permissions: app.permissions,
    events: app.events,
    installations_count: installations.length,
  };
}

export function installationShape(world: World, installation: Installation) {
  const account = userOf(world, installation.account);
  const root = apiRoot(world);
  return {
    id: installation.id,
    account: userShape(world, account.login),
    repository_selection: installation.selection,
    access_tokens_url: `${root}/app/installations/${installation.id}/access_tokens`,
    repositories_url: `${root}/installation/repositories`,
    html_url: `${world.base()}/settings/installations/${installation.id}`,
    app_id: world.state.app.id,
    client_id: world.state.app.client_id,
    app_slug: world.state.app.slug,
    target_id: account.id,
    target_type: account.type === "Organization" ? "Organization" : "User",
    permissions: installation.permissions,
    events: world.state.app.events,
    created_at: installation.created_at,
    updated_at: installation.created_at,
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: installation.suspended_at === null ? null : userShape(world, account.login),
    suspended_at: installation.suspended_at,
  };
}

export function deliveryItemShape(delivery: Delivery) {
  const { request: _request, response: _response, url: _url, ...item } = delivery;
  return { ...item, throttled_at: null };
}

export function deliveryShape(delivery: Delivery) {
  const { request, response, url, ...item } = delivery;
  return { ...item, url, request, response: { headers: response.headers, payload: response.payload } };
}
