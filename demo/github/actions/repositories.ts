// Making repositories and putting files into them.
import { rename, rm } from "node:fs/promises";
import { initRepository } from "../git/repository.ts";
import { runGit } from "../git/run.ts";
import type { Repository } from "../model/state.ts";
import {
  type World,
  findUser,
  fullName,
  gitOf,
  nextId,
  now,
  repositoryDir,
  repositoryNamed,
} from "../model/world.ts";
import { ensureUser } from "./accounts.ts";
import { refsChanged } from "./refs.ts";

export interface RepositoryWishes {
  /** A git repository on this machine whose branches and tags are taken over. */
  from?: string | undefined;
  /** The files of a first commit, when there is no `from`. */
  files?: Record<string, string> | undefined;
  private?: boolean | undefined;
  description?: string | undefined;
  defaultBranch?: string | undefined;
  /** The upstream of a fork (`owner/name`). */
  forkOf?: string | undefined;
}

const defaultLabels = [
  ["bug", "d73a4a", "Something isn't working"],
  ["documentation", "0075ca", "Improvements or additions to documentation"],
  ["enhancement", "a2eeef", "New feature or request"],
  ["good first issue", "7057ff", "Good for newcomers"],
  ["question", "d876e3", "Further information is requested"],
] as const;

/** The repository of that name, made if there is none. The owner becomes an organisation if it is unknown. */
export async function createRepository(
  world: World,
  name: string,
  wishes: RepositoryWishes = {},
): Promise<Repository> {
  const known = world.state.repositories.find((one) => fullName(one) === name);
  if (known) return known;
  const match = /^([\w-]+)\/([\w.-]+)$/.exec(name);
  if (!match?.[1] || !match[2]) throw new Error(`creating ${name}: expected owner/name`);
  const [, owner, short] = match;
  const upstream = wishes.forkOf === undefined ? null : repositoryNamed(world, wishes.forkOf);
  if (!findUser(world, owner)) ensureUser(world, owner, upstream ? "User" : "Organization");
  const source = wishes.from ?? (upstream ? repositoryDir(world, upstream) : undefined);
  const branch = wishes.defaultBranch ?? (source === undefined ? "main" : await branchOf(source));
  const repository: Repository = {
    id: nextId(world),
    owner,
    name: short,
    former_names: [],
    private: wishes.private ?? upstream?.private ?? true,
    archived: false,
    description: wishes.description ?? null,
    default_branch: branch,
    fork_of: upstream?.id ?? null,
    created_at: now(world),
    pushed_at: now(world),
    next_number: 1,
    roles: {},
    labels: defaultLabels.map(([label, color, description]) => ({
      id: nextId(world),
      name: label,
      color,
      description,
    })),
  };
  const dir = repositoryDir(world, repository);
  // What an interrupted run left here belongs to no repository.
  await rm(dir, { recursive: true, force: true });
  const git = await initRepository(dir, branch);
  if (source === undefined) {
    world.state.repositories.push(repository);
    const files = wishes.files ?? { "README.md": `# ${short}\n` };
    await commitFiles(world, repository, { files, message: "Initial commit", author: owner });
    return repository;
  }
  await git.importFrom(source);
  if ((await git.resolve(`refs/heads/${branch}`)) === null) {
    await git.importHead(source, branch);
  }
  world.state.repositories.push(repository);
  return repository;
}

/** Gives it another name under the same owner; the old one leads there. */
export async function renameRepository(world: World, repository: Repository, name: string): Promise<void> {
  const from = repositoryDir(world, repository);
  repository.former_names.push(fullName(repository).toLowerCase());
  repository.name = name;
  await rename(from, repositoryDir(world, repository));
}

async function branchOf(source: string): Promise<string> {
  const { stdout } = await runGit(source, ["symbolic-ref", "--quiet", "--short", "HEAD"], {
    okExitCodes: [1],
  });
  return stdout.toString("utf8").trim() || "main";
}

export interface CommitWishes {
  branch?: string | undefined;
  /** Path → new text; null deletes the file. */
  files: Record<string, string | null>;
  message: string;
  author: string;
}

/** Commits files to a branch as a user would with a push; makes the branch from the default one if needed. */
export async function commitFiles(
  world: World,
  repository: Repository,
  wishes: CommitWishes,
): Promise<string> {
  const git = gitOf(world, repository);
  const branch = wishes.branch ?? repository.default_branch;
  const before = await git.resolve(`refs/heads/${branch}`);
  const parent = before ?? (await git.resolve(`refs/heads/${repository.default_branch}`));
  const changes = [];
  for (const [path, content] of Object.entries(wishes.files)) {
    const sha = content === null ? null : await git.writeBlob(Buffer.from(content));
    changes.push({ path, mode: "100644", type: "blob", sha });
  }
  const tree = await git.writeTree(parent, changes);
  const identity = identityOf(world, wishes.author);
  const sha = await git.writeCommit({
    tree,
    parents: parent === null ? [] : [parent],
    message: wishes.message,
    author: identity,
    committer: identity,
  });
  await git.setRef(`refs/heads/${branch}`, sha, before);
  await refsChanged(world, repository, [{ ref: `refs/heads/${branch}`, before, after: sha }], wishes.author);
  return sha;
}

/** The name and address under which GitHub records what a user does in the browser. */
export function identityOf(world: World, login: string) {
  const user = ensureUser(world, login);
  return { name: login, email: `${user.id}+${login}@users.noreply.github.com`, date: now(world) };
}
