// Users, organisations, and the App's installation on their accounts.
import { randomBytes } from "node:crypto";
import type { Installation, Permissions, User } from "../model/accounts.ts";
import { type World, findUser, fullName, nextId, now, repositoryNamed, userOf } from "../model/world.ts";
import { appShape, installationShape } from "../shapes/app.ts";
import { nodeId } from "../shapes/links.ts";
import { userShape } from "../shapes/user.ts";

/** The user of that login, made if there is none. */
export function ensureUser(world: World, login: string, type: User["type"] = "User"): User {
  const known = findUser(world, login);
  if (known) return known;
  const user: User = {
    id: nextId(world),
    login,
    type,
    token: `ghp_${randomBytes(18).toString("hex")}`,
    created_at: now(world),
  };
  world.state.users.push(user);
  return user;
}

export interface InstallWishes {
  /** Names of the account's repositories (`owner/name`); all of them when not given. */
  repositories?: readonly string[] | undefined;
  permissions?: Permissions | undefined;
}

/** Installs the App on an account, or changes the installation that is there. */
export function install(world: World, account: string, wishes: InstallWishes = {}): Installation {
  const owner = userOf(world, account);
  const ids = (wishes.repositories ?? []).map((name) => repositoryNamed(world, name).id);
  const known = world.state.installations.find((one) => one.account === owner.login);
  const installation: Installation = known ?? {
    id: nextId(world),
    account: owner.login,
    selection: "all",
    repository_ids: [],
    permissions: {},
    suspended_at: null,
    created_at: now(world),
  };
  installation.selection = wishes.repositories ? "selected" : "all";
  installation.repository_ids = ids;
  installation.permissions = wishes.permissions ?? world.state.app.permissions;
  if (!known) {
    world.state.installations.push(installation);
    tellInstallation(world, installation, "created");
  }
  return installation;
}

/** Removes the App from an account; its tokens end. */
export function uninstall(world: World, account: string): void {
  const { state } = world;
  const gone = state.installations.find((one) => one.account === account);
  if (!gone) return;
  tellInstallation(world, gone, "deleted");
  state.installations = state.installations.filter((one) => one !== gone);
  state.tokens = state.tokens.filter((token) => token.installation_id !== gone.id);
}

export function suspend(world: World, account: string, on: boolean): void {
  const installation = world.state.installations.find((one) => one.account === account);
  if (!installation || (installation.suspended_at !== null) === on) return;
  installation.suspended_at = on ? now(world) : null;
  tellInstallation(world, installation, on ? "suspend" : "unsuspend");
}

function tellInstallation(world: World, installation: Installation, action: string): void {
  const repositories = world.state.repositories.filter(
    (one) =>
      one.owner === installation.account &&
      (installation.selection === "all" || installation.repository_ids.includes(one.id)),
  );
  world.deliver({
    event: "installation",
    action,
    installation_id: installation.id,
    repository_id: null,
    payload: {
      action,
      installation: installationShape(world, installation),
      repositories: repositories.map((one) => ({
        id: one.id,
        node_id: nodeId("Repository", one.id),
        name: one.name,
        full_name: fullName(one),
        private: one.private,
      })),
      ...(action === "created" ? { requester: null } : {}),
      sender: userShape(world, installation.account),
    },
  });
}

/** What GitHub sends when a webhook is set up. */
export function ping(world: World): void {
  const { app } = world.state;
  world.deliver({
    event: "ping",
    action: null,
    installation_id: null,
    repository_id: null,
    payload: {
      zen: "Practicality beats purity.",
      hook_id: app.id,
      hook: {
        type: "App",
        id: app.id,
        name: "web",
        active: true,
        events: app.events,
        config: { content_type: "json", insecure_ssl: "0", secret: "********", url: app.webhook_url },
        updated_at: app.created_at,
        created_at: app.created_at,
        app_id: appShape(world).id,
        deliveries_url: `${world.base()}/api/v3/app/hook/deliveries`,
      },
    },
  });
}
