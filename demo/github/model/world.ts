// What every part of the stand-in is given: the state, the clock, the repositories, the way to the webhook.
import { join } from "node:path";
import { notFound } from "../guesses.ts";
import { type GitRepository, openRepository } from "../git/repository.ts";
import type { Outgoing } from "../webhooks/delivery.ts";
import type { News } from "./news.ts";
import type { Installation, User } from "./accounts.ts";
import type { Comment, Issue, Pull, Repository, Role, State } from "./state.ts";

export interface World {
  state: State;
  dataDir: string;
  clock: () => Date;
  /** The stand-in's own address, without a slash at the end. */
  base: () => string;
  news: News;
  /** Sends a webhook if the App is installed there and subscribed to it. Never waits for it. */
  deliver: (outgoing: Outgoing) => void;
  /** Runs one writer of a repository at a time. */
  alone: <T>(repository: Repository, work: () => Promise<T>) => Promise<T>;
}

export type PullIssue = Issue & { pull: Pull };

/** Now, in GitHub's form: UTC, seconds. */
export function now(world: World): string {
  return world
    .clock()
    .toISOString()
    .replace(/\.\d+Z$/, "Z");
}

/** A number that no other object has. */
export function nextId(world: World): number {
  return world.state.next_id++;
}

export function fullName(repository: Repository): string {
  return `${repository.owner}/${repository.name}`;
}

export function repositoryDir(world: World, repository: Repository): string {
  return join(world.dataDir, "repositories", repository.owner, `${repository.name}.git`);
}

export function gitOf(world: World, repository: Repository): GitRepository {
  return openRepository(repositoryDir(world, repository));
}

export function findUser(world: World, login: string): User | undefined {
  return world.state.users.find((user) => user.login.toLowerCase() === login.toLowerCase());
}

export function userOf(world: World, login: string): User {
  const user = findUser(world, login);
  if (!user) throw new Error(`finding the user ${login}: create it first`);
  return user;
}

/** The repository of that name in any case. Throws the 404 that GitHub answers. */
export function repositoryNamed(world: World, name: string): Repository {
  const wanted = name.toLowerCase();
  const found = world.state.repositories.find((one) => fullName(one).toLowerCase() === wanted);
  if (!found) throw notFound();
  return found;
}

export function repositoryById(world: World, id: number): Repository {
  const found = world.state.repositories.find((one) => one.id === id);
  if (!found) throw notFound();
  return found;
}

export function issueOf(world: World, repository: Repository, number: number): Issue {
  const { issues } = world.state;
  const found = issues.find((one) => one.repository_id === repository.id && one.number === number);
  if (!found) throw notFound();
  return found;
}

export function isPull(issue: Issue): issue is PullIssue {
  return issue.pull !== null;
}

export function pullOf(world: World, repository: Repository, number: number): PullIssue {
  const issue = issueOf(world, repository, number);
  if (!isPull(issue)) throw notFound();
  return issue;
}

export function commentOf(world: World, repository: Repository, id: number): Comment {
  const { comments } = world.state;
  const found = comments.find((one) => one.repository_id === repository.id && one.id === id);
  if (!found) throw notFound();
  return found;
}

/** What a login may do: its role there, `read` for strangers in public, `admin` for the owner. */
export function roleOf(repository: Repository, login: string): Role {
  if (login.toLowerCase() === repository.owner.toLowerCase()) return "admin";
  const known = Object.entries(repository.roles).find(([name]) => name.toLowerCase() === login.toLowerCase());
  if (known && known[1] !== "none") return known[1];
  return repository.private ? "none" : "read";
}

/** The installation of the App on that repository, if there is one. */
export function installationOn(world: World, repository: Repository): Installation | undefined {
  return world.state.installations.find(
    (one) =>
      one.account.toLowerCase() === repository.owner.toLowerCase() &&
      (one.selection === "all" || one.repository_ids.includes(repository.id)),
  );
}

export function botLogin(world: World): string {
  return `${world.state.app.slug}[bot]`;
}
