// A repository as REST and webhooks show it: one shape that holds what every variant of GitHub's asks for.
import type { Repository } from "../model/state.ts";
import { type World, fullName, repositoryById } from "../model/world.ts";
import { nodeId, repositoryApi, repositoryPage } from "./links.ts";
import { userShape } from "./user.ts";

/** GitHub's addresses below a repository: name → what follows the repository's own. */
const below = {
  archive_url: "/{archive_format}{/ref}",
  assignees_url: "/assignees{/user}",
  blobs_url: "/git/blobs{/sha}",
  branches_url: "/branches{/branch}",
  collaborators_url: "/collaborators{/collaborator}",
  comments_url: "/comments{/number}",
  commits_url: "/commits{/sha}",
  compare_url: "/compare/{base}...{head}",
  contents_url: "/contents/{+path}",
  contributors_url: "/contributors",
  deployments_url: "/deployments",
  downloads_url: "/downloads",
  events_url: "/events",
  forks_url: "/forks",
  git_commits_url: "/git/commits{/sha}",
  git_refs_url: "/git/refs{/sha}",
  git_tags_url: "/git/tags{/sha}",
  hooks_url: "/hooks",
  issue_comment_url: "/issues/comments{/number}",
  issue_events_url: "/issues/events{/number}",
  issues_url: "/issues{/number}",
  keys_url: "/keys{/key_id}",
  labels_url: "/labels{/name}",
  languages_url: "/languages",
  merges_url: "/merges",
  milestones_url: "/milestones{/number}",
  notifications_url: "/notifications{?since,all,participating}",
  pulls_url: "/pulls{/number}",
  releases_url: "/releases{/id}",
  stargazers_url: "/stargazers",
  statuses_url: "/statuses/{sha}",
  subscribers_url: "/subscribers",
  subscription_url: "/subscription",
  tags_url: "/tags",
  teams_url: "/teams",
  trees_url: "/git/trees{/sha}",
} as const;

/** The form that lists, pull requests and webhooks carry. */
export function repositoryShape(world: World, repository: Repository) {
  const api = repositoryApi(world, repository);
  const page = repositoryPage(world, repository);
  const open = world.state.issues.filter(
    (issue) => issue.repository_id === repository.id && issue.state === "open",
  ).length;
  const forks = world.state.repositories.filter((one) => one.fork_of === repository.id).length;
  const urls: Record<string, string> = {};
  for (const [name, path] of Object.entries(below)) urls[name] = `${api}${path}`;
  return {
    ...urls,
    id: repository.id,
    node_id: nodeId("Repository", repository.id),
    name: repository.name,
    full_name: fullName(repository),
    private: repository.private,
    owner: userShape(world, repository.owner),
    html_url: page,
    description: repository.description,
    fork: repository.fork_of !== null,
    url: api,
    created_at: repository.created_at,
    updated_at: repository.pushed_at,
    pushed_at: repository.pushed_at,
    git_url: `${page.replace(/^https?:/, "git:")}.git`,
    ssh_url: `git@${new URL(world.base()).host}:${fullName(repository)}.git`,
    clone_url: `${page}.git`,
    svn_url: page,
    homepage: null,
    size: 0,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: true,
    has_projects: false,
    has_downloads: false,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    forks_count: forks,
    mirror_url: null,
    archived: repository.archived,
    disabled: false,
    open_issues_count: open,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: repository.private ? "private" : "public",
    forks,
    open_issues: open,
    watchers: 0,
    default_branch: repository.default_branch,
  };
}

/** The form of GET /repos/{owner}/{repo}. */
export function fullRepositoryShape(world: World, repository: Repository) {
  const shape = repositoryShape(world, repository);
  const parent =
    repository.fork_of === null ? null : repositoryShape(world, repositoryById(world, repository.fork_of));
  return {
    ...shape,
    allow_merge_commit: true,
    allow_squash_merge: true,
    allow_rebase_merge: true,
    delete_branch_on_merge: false,
    network_count: shape.forks,
    subscribers_count: 0,
    ...(parent ? { parent, source: parent } : {}),
  };
}
