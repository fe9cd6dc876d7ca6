// Pull requests as REST and webhooks show them.
import { diffFiles } from "../git/diff.ts";
import { pullChange } from "../git/pull-change.ts";
import { mergeableState } from "../guesses.ts";
import type { Repository } from "../model/state.ts";
import { type PullIssue, type World, gitOf, repositoryById } from "../model/world.ts";
import { association, issueLabels } from "./issue.ts";
import { nodeId, repositoryApi, repositoryPage } from "./links.ts";
import { repositoryShape } from "./repository.ts";
import { userShape } from "./user.ts";

function sideShape(world: World, side: PullIssue["pull"]["head"]) {
  const repository = repositoryById(world, side.repository_id);
  return {
    label: `${repository.owner}:${side.ref}`,
    ref: side.ref,
    sha: side.sha,
    user: userShape(world, repository.owner),
    repo: repositoryShape(world, repository),
  };
}

/** The form of lists and of most webhooks. */
export function pullShape(world: World, repository: Repository, issue: PullIssue) {
  const { pull } = issue;
  const api = repositoryApi(world, repository);
  const url = `${api}/pulls/${issue.number}`;
  const issueUrl = `${api}/issues/${issue.number}`;
  const page = `${repositoryPage(world, repository)}/pull/${issue.number}`;
  const links = {
    self: url,
    html: page,
    issue: issueUrl,
    comments: `${issueUrl}/comments`,
    review_comments: `${url}/comments`,
    review_comment: `${api}/pulls/comments{/number}`,
    commits: `${url}/commits`,
    statuses: `${api}/statuses/${pull.head.sha}`,
  };
  return {
    url,
    id: issue.id,
    node_id: nodeId("PullRequest", issue.id),
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: issueUrl,
    number: issue.number,
    state: issue.state,
    locked: issue.locked,
    title: issue.title,
    user: userShape(world, issue.author),
    body: issue.body,
    created_at: issue.created_at,
    updated_at: issue.updated_at,
    closed_at: issue.closed_at,
    merged_at: pull.merged_at,
    merge_commit_sha: pull.merge_commit_sha,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    labels: issueLabels(world, repository, issue),
    milestone: null,
    draft: pull.draft,
    commits_url: links.commits,
    review_comments_url: links.review_comments,
    review_comment_url: links.review_comment,
    comments_url: links.comments,
    statuses_url: links.statuses,
    head: sideShape(world, pull.head),
    base: sideShape(world, pull.base),
    _links: Object.fromEntries(Object.entries(links).map(([name, href]) => [name, { href }])),
    author_association: association(repository, issue.author),
    auto_merge: null,
    active_lock_reason: null,
  };
}

/** The form of GET /pulls/{number}: counts and mergeability besides. */
export async function fullPullShape(world: World, repository: Repository, issue: PullIssue) {
  const git = gitOf(world, repository);
  const { head } = issue.pull;
  const change = await pullChange(git, issue.pull);
  const files = await diffFiles(git, change.from, change.to);
  const commits = Number(await git.line(["rev-list", "--count", change.commits]));
  const merged = issue.pull.merged_at !== null;
  const mergeable =
    merged || issue.state === "closed" ? null : (await git.mergedTree(change.tip, head.sha)) !== null;
  const here = (entry: { repository_id: number; number: number }) =>
    entry.repository_id === repository.id && entry.number === issue.number;
  return {
    ...pullShape(world, repository, issue),
    merged,
    mergeable,
    rebaseable: mergeable,
    mergeable_state: mergeable === null ? "unknown" : mergeableState(issue.pull.draft, mergeable),
    merged_by: issue.pull.merged_by === null ? null : userShape(world, issue.pull.merged_by),
    comments: world.state.comments.filter(here).length,
    review_comments: world.state.review_comments.filter(here).length,
    maintainer_can_modify: head.repository_id !== repository.id,
    commits,
    additions: files.reduce((sum, file) => sum + file.additions, 0),
    deletions: files.reduce((sum, file) => sum + file.deletions, 0),
    changed_files: files.length,
  };
}
