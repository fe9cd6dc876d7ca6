// What an actor may do on a repository: GitHub's three answers are 401, 403 and 404, in that order of ignorance.
import { archived, mustBeApp, notAccessible, notFound, requiresAuthentication } from "../guesses.ts";
import { Access, type Permissions } from "../model/accounts.ts";
import type { Repository, Role } from "../model/state.ts";
import { type World, installationOn, roleOf } from "../model/world.ts";
import type { Actor } from "./authenticate.ts";

/** Permissions that are all needed. A list of needs is satisfied by any one of them. */
export type Need = Partial<Record<string, "read" | "write">>;

const order = Access.options;

/** What a role allows, in the words of App permissions. */
function rolePermissions(role: Role): Permissions {
  if (role === "none") return {};
  const reader: Permissions = {
    metadata: "read",
    contents: "read",
    checks: "read",
    actions: "read",
    issues: "write",
    pull_requests: "write",
  };
  if (role === "read" || role === "triage") return reader;
  return { ...reader, contents: "write", workflows: "write" };
}

/** Whether that repository exists for the actor at all. */
export function canSee(world: World, actor: Actor, repository: Repository): boolean {
  switch (actor.kind) {
    case "anonymous":
      return !repository.private;
    case "app":
      return installationOn(world, repository) !== undefined;
    case "user":
      return roleOf(repository, actor.user.login) !== "none";
    case "installation": {
      if (installationOn(world, repository)?.id !== actor.installation.id) return false;
      const narrowed = actor.token.repository_ids;
      return narrowed === null || narrowed.includes(repository.id);
    }
  }
}

/** The permissions that an actor has there. */
export function permissionsOf(actor: Actor, repository: Repository): Permissions {
  switch (actor.kind) {
    case "installation":
      return actor.token.permissions;
    case "user":
      return rolePermissions(roleOf(repository, actor.user.login));
    case "anonymous":
      return repository.private
        ? {}
        : { metadata: "read", contents: "read", issues: "read", pull_requests: "read" };
    case "app":
      return {};
  }
}

export function satisfies(have: Permissions, needs: readonly Need[]): boolean {
  return needs.some((need) =>
    Object.entries(need).every(([name, level]) => {
      const granted = have[name];
      return granted !== undefined && level !== undefined && order.indexOf(granted) >= order.indexOf(level);
    }),
  );
}

/** Throws unless the actor may do on the repository what one of `needs` describes. */
export function authorize(world: World, actor: Actor, repository: Repository, needs: readonly Need[]): void {
  if (!canSee(world, actor, repository)) {
    throw actor.kind === "anonymous" ? requiresAuthentication() : notFound();
  }
  const writes = needs.some((need) => Object.values(need).includes("write"));
  if (actor.kind === "anonymous" && writes) throw requiresAuthentication();
  if (actor.kind !== "installation" && writes && needs.every((need) => "checks" in need)) throw mustBeApp();
  if (!satisfies(permissionsOf(actor, repository), needs)) throw notAccessible();
  if (writes && repository.archived) throw archived();
}

/** The X-Accepted-GitHub-Permissions header. */
export function acceptedHeader(needs: readonly Need[]): string {
  return needs
    .map((need) =>
      Object.entries(need)
        .map(([name, level]) => `${name}=${level}`)
        .join(","),
    )
    .join("; ");
}
