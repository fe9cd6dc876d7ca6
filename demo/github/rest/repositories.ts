// Repositories, their branches and commits, and what people may do there.
import { log, readCommit } from "../git/commits.ts";
import { diffFiles, diffText } from "../git/diff.ts";
import { noCommit, notFound } from "../guesses.ts";
import { findUser, gitOf, isPull, roleOf } from "../model/world.ts";
import { commitShape, fileShape } from "../shapes/commit.ts";
import { repositoryApi, repositoryPage } from "../shapes/links.ts";
import { pullShape } from "../shapes/pull.ts";
import { fullRepositoryShape } from "../shapes/repository.ts";
import { publicUserShape } from "../shapes/user.ts";
import { type Answer, type Call, type Endpoints, ok, param } from "./endpoint.ts";
import { page } from "./pages.ts";

/** A commit named by SHA, branch, tag or `pull/N/head`. Throws GitHub's 422. */
export async function commitNamed(call: Call, name: string): Promise<string> {
  const git = gitOf(call.world, call.repository());
  for (const candidate of [`refs/heads/${name}`, `refs/tags/${name}`, `refs/${name}`, name]) {
    const sha = await git.resolve(candidate);
    if (sha !== null) return sha;
  }
  throw noCommit(name);
}

/** GitHub's old word for a role: maintain is a kind of write, triage a kind of read. */
const permissionOfRole = {
  none: "none",
  read: "read",
  triage: "read",
  write: "write",
  maintain: "write",
  admin: "admin",
} as const;

function permission(call: Call): Answer {
  const { world } = call;
  const user = findUser(world, param(call, "username"));
  if (!user) throw notFound();
  const role = roleOf(call.repository(), user.login);
  const rank = ["none", "read", "triage", "write", "maintain", "admin"].indexOf(role);
  const permissions = {
    pull: rank > 0,
    triage: rank > 1,
    push: rank > 2,
    maintain: rank > 3,
    admin: rank > 4,
  };
  return ok({
    permission: permissionOfRole[role],
    role_name: role,
    user: { ...publicUserShape(world, user.login), permissions, role_name: role },
  });
}

async function branch(call: Call): Promise<Answer> {
  const { world } = call;
  const repository = call.repository();
  const name = param(call, "branch");
  const git = gitOf(world, repository);
  const sha = await git.resolve(`refs/heads/${name}`);
  if (sha === null) throw notFound();
  const self = `${repositoryApi(world, repository)}/branches/${encodeURIComponent(name)}`;
  return ok({
    name,
    commit: commitShape(world, repository, await readCommit(git, sha)),
    _links: { self, html: `${repositoryPage(world, repository)}/tree/${name}` },
    protected: false,
    protection: { enabled: false },
    protection_url: `${self}/protection`,
  });
}

async function compare(call: Call): Promise<Answer> {
  const { world } = call;
  const repository = call.repository();
  const git = gitOf(world, repository);
  const [left = "", right = ""] = param(call, "basehead").split(/\.\.\.?/);
  const base = await commitNamed(call, left.split(":").at(-1) ?? "");
  const head = await commitNamed(call, right.split(":").at(-1) ?? "");
  const mergeBase = await git.mergeBase(base, head);
  if (mergeBase === null) throw notFound();
  if (call.accept.includes("diff")) return diffAnswer(await diffText(git, mergeBase, head));
  const ahead = await log(git, [`${base}..${head}`], { reverse: true });
  const behind = Number(await git.line(["rev-list", "--count", `${head}..${base}`]));
  const files = await diffFiles(git, mergeBase, head);
  const address = `${repositoryPage(world, repository)}/compare/${base}...${head}`;
  const status =
    ahead.length === 0 ? (behind === 0 ? "identical" : "behind") : behind === 0 ? "ahead" : "diverged";
  return ok({
    url: `${repositoryApi(world, repository)}/compare/${base}...${head}`,
    html_url: address,
    permalink_url: address,
    diff_url: `${address}.diff`,
    patch_url: `${address}.patch`,
    base_commit: commitShape(world, repository, await readCommit(git, base)),
    merge_base_commit: commitShape(world, repository, await readCommit(git, mergeBase)),
    status,
    ahead_by: ahead.length,
    behind_by: behind,
    total_commits: ahead.length,
    commits: ahead.map((commit) => commitShape(world, repository, commit)),
    files: files.map((file) => fileShape(world, repository, head, file)),
  });
}

export const diffAnswer = (content: string): Answer => ({
  status: 200,
  raw: { type: "application/vnd.github.diff; charset=utf-8", content },
});

export const repositoryEndpoints: Endpoints = {
  "GET /repos/{owner}/{repo}": {
    who: [{ metadata: "read" }],
    handle: (call) => ok(fullRepositoryShape(call.world, call.repository())),
  },
  "GET /repos/{owner}/{repo}/collaborators/{username}/permission": {
    who: [{ metadata: "read" }],
    handle: permission,
  },
  "GET /repos/{owner}/{repo}/branches": {
    who: [{ contents: "read" }],
    handle: async (call) => {
      const refs = [...(await gitOf(call.world, call.repository()).refs("refs/heads/"))];
      const api = repositoryApi(call.world, call.repository());
      return page(call, refs, ([ref, sha]) => ({
        name: ref.slice("refs/heads/".length),
        commit: { sha, url: `${api}/commits/${sha}` },
        protected: false,
      }));
    },
  },
  "GET /repos/{owner}/{repo}/branches/{branch}": { who: [{ contents: "read" }], handle: branch },
  "GET /repos/{owner}/{repo}/commits": {
    who: [{ contents: "read" }],
    handle: async (call) => {
      const { query } = call;
      const sha = await commitNamed(call, query.get("sha") ?? call.repository().default_branch);
      const commits = await log(gitOf(call.world, call.repository()), [sha], {
        path: query.get("path") ?? undefined,
        author: query.get("author") ?? undefined,
        since: query.get("since") ?? undefined,
        until: query.get("until") ?? undefined,
        max: 1_000,
      });
      return page(call, commits, (commit) => commitShape(call.world, call.repository(), commit));
    },
  },
  "GET /repos/{owner}/{repo}/commits/{ref}": {
    who: [{ contents: "read" }],
    handle: async (call) => {
      const { world } = call;
      const git = gitOf(world, call.repository());
      const sha = await commitNamed(call, param(call, "ref"));
      const commit = await readCommit(git, sha);
      const parent = commit.parents[0] ?? (await git.line(["hash-object", "-t", "tree", "/dev/null"]));
      if (call.accept.includes("diff")) return diffAnswer(await diffText(git, parent, sha));
      if (call.accept.includes(".sha")) {
        return { status: 200, raw: { type: "application/vnd.github.sha; charset=utf-8", content: sha } };
      }
      const files = await diffFiles(git, parent, sha);
      const additions = files.reduce((sum, file) => sum + file.additions, 0);
      const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
      return ok({
        ...commitShape(world, call.repository(), commit),
        stats: { total: additions + deletions, additions, deletions },
        files: files.map((file) => fileShape(world, call.repository(), sha, file)),
      });
    },
  },
  "GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls": {
    who: [{ pull_requests: "read" }],
    handle: (call) => {
      const { id } = call.repository();
      const sha = param(call, "commit_sha");
      const found = call.world.state.issues
        .filter(isPull)
        .filter(
          (issue) =>
            issue.repository_id === id &&
            (issue.pull.head.sha === sha || issue.pull.merge_commit_sha === sha),
        );
      return page(call, found, (issue) => pullShape(call.world, call.repository(), issue));
    },
  },
  "GET /repos/{owner}/{repo}/compare/{basehead}": { who: [{ contents: "read" }], handle: compare },
};
