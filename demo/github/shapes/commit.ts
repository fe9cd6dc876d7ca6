// Commits as REST shows them: the porcelain form of /commits, the plumbing form of /git/commits.
import type { Commit } from "../git/commits.ts";
import type { FileDiff } from "../git/diff.ts";
import type { Repository } from "../model/state.ts";
import type { World } from "../model/world.ts";
import { nodeId, repositoryApi, repositoryPage } from "./links.ts";
import { userShape } from "./user.ts";

const signed = {
  verified: true,
  reason: "valid",
  signature: "-----BEGIN PGP SIGNATURE-----\n(the stand-in signs nothing)\n-----END PGP SIGNATURE-----",
  payload: "",
  verified_at: null,
};
const unsigned = { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null };

export function gitCommitShape(world: World, repository: Repository, commit: Commit) {
  const api = repositoryApi(world, repository);
  return {
    sha: commit.sha,
    node_id: nodeId("Commit", commit.sha),
    url: `${api}/git/commits/${commit.sha}`,
    html_url: `${repositoryPage(world, repository)}/commit/${commit.sha}`,
    author: commit.author,
    committer: commit.committer,
    tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
    message: commit.message,
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${api}/git/commits/${sha}`,
      html_url: `${repositoryPage(world, repository)}/commit/${sha}`,
    })),
    verification: world.state.signed_commits.includes(commit.sha) ? signed : unsigned,
  };
}

export function commitShape(world: World, repository: Repository, commit: Commit) {
  const api = repositoryApi(world, repository);
  const {
    sha: _sha,
    node_id: node,
    html_url: page,
    parents,
    ...plumbing
  } = gitCommitShape(world, repository, commit);
  return {
    sha: commit.sha,
    node_id: node,
    commit: { ...plumbing, comment_count: 0 },
    url: `${api}/commits/${commit.sha}`,
    html_url: page,
    comments_url: `${api}/commits/${commit.sha}/comments`,
    author: accountOf(world, commit.author.email),
    committer: accountOf(world, commit.committer.email),
    parents: parents.map((parent) => ({ ...parent, url: `${api}/commits/${parent.sha}` })),
  };
}

/** GitHub finds the account by the address; ours are `<id>+<login>@users.noreply…`. */
function accountOf(world: World, email: string) {
  const id = Number(/^(\d+)\+/.exec(email)?.[1]);
  const user = world.state.users.find((one) => one.id === id);
  return user ? userShape(world, user.login) : null;
}

export function fileShape(world: World, repository: Repository, sha: string, file: FileDiff) {
  const path = file.path.split("/").map(encodeURIComponent).join("/");
  const page = repositoryPage(world, repository);
  return {
    sha: file.sha,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${page}/blob/${sha}/${path}`,
    raw_url: `${page}/raw/${sha}/${path}`,
    contents_url: `${repositoryApi(world, repository)}/contents/${path}?ref=${sha}`,
    ...(file.patch === null ? {} : { patch: file.patch }),
    ...(file.previousPath === null ? {} : { previous_filename: file.previousPath }),
  };
}
