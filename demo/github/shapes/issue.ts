// Issues, comments, labels and reactions as REST and webhooks show them.
import { authorAssociation } from "../guesses.ts";
import {
  Content,
  type Comment,
  type Issue,
  type Label,
  type Reaction,
  type Repository,
} from "../model/state.ts";
import { type World, roleOf } from "../model/world.ts";
import { appShape } from "./app.ts";
import { nodeId, repositoryApi, repositoryPage } from "./links.ts";
import { userShape } from "./user.ts";

export function association(repository: Repository, login: string): string {
  return authorAssociation(login, repository.owner, roleOf(repository, login));
}

export function labelShape(world: World, repository: Repository, label: Label) {
  return {
    id: label.id,
    node_id: nodeId("Label", label.id),
    url: `${repositoryApi(world, repository)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: false,
    description: label.description,
  };
}

export function issueLabels(world: World, repository: Repository, issue: Issue) {
  return issue.labels
    .flatMap((name) => repository.labels.filter((label) => label.name === name))
    .map((label) => labelShape(world, repository, label));
}

/** The counts that GitHub adds to everything that can be reacted to. */
export function reactionsShape(world: World, subjectId: number, subjectUrl: string) {
  const mine = world.state.reactions.filter((reaction) => reaction.subject_id === subjectId);
  const counts: Record<string, number> = {};
  for (const content of Content.options) {
    counts[content] = mine.filter((reaction) => reaction.content === content).length;
  }
  return { url: `${subjectUrl}/reactions`, total_count: mine.length, ...counts };
}

export function reactionShape(world: World, reaction: Reaction) {
  return {
    id: reaction.id,
    node_id: nodeId("Reaction", reaction.id),
    user: userShape(world, reaction.login),
    content: reaction.content,
    created_at: reaction.created_at,
  };
}

export function commentShape(world: World, repository: Repository, comment: Comment) {
  const url = `${repositoryApi(world, repository)}/issues/comments/${comment.id}`;
  const issue = world.state.issues.find(
    (one) => one.repository_id === repository.id && one.number === comment.number,
  );
  const kind = issue?.pull ? "pull" : "issues";
  return {
    url,
    html_url: `${repositoryPage(world, repository)}/${kind}/${comment.number}#issuecomment-${comment.id}`,
    issue_url: `${repositoryApi(world, repository)}/issues/${comment.number}`,
    id: comment.id,
    node_id: nodeId("IssueComment", comment.id),
    user: userShape(world, comment.author),
    created_at: comment.created_at,
    updated_at: comment.updated_at,
    author_association: association(repository, comment.author),
    body: comment.body,
    reactions: reactionsShape(world, comment.id, url),
    performed_via_github_app: comment.via_app ? appShape(world) : null,
  };
}

export function issueShape(world: World, repository: Repository, issue: Issue) {
  const api = repositoryApi(world, repository);
  const url = `${api}/issues/${issue.number}`;
  const page = `${repositoryPage(world, repository)}/${issue.pull ? "pull" : "issues"}/${issue.number}`;
  const { comments } = world.state;
  return {
    url,
    repository_url: api,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: page,
    id: issue.id,
    node_id: nodeId(issue.pull ? "PullRequest" : "Issue", issue.id),
    number: issue.number,
    title: issue.title,
    user: userShape(world, issue.author),
    labels: issueLabels(world, repository, issue),
    state: issue.state,
    state_reason: issue.state_reason,
    locked: issue.locked,
    assignee: null,
    assignees: [],
    milestone: null,
    comments: comments.filter((one) => one.repository_id === repository.id && one.number === issue.number)
      .length,
    created_at: issue.created_at,
    updated_at: issue.updated_at,
    closed_at: issue.closed_at,
    author_association: association(repository, issue.author),
    active_lock_reason: null,
    ...(issue.pull
      ? {
          draft: issue.pull.draft,
          pull_request: {
            url: `${api}/pulls/${issue.number}`,
            html_url: page,
            diff_url: `${page}.diff`,
            patch_url: `${page}.patch`,
            merged_at: issue.pull.merged_at,
          },
        }
      : {}),
    body: issue.body,
    closed_by: issue.closed_by === null ? null : userShape(world, issue.closed_by),
    reactions: reactionsShape(world, issue.id, url),
    timeline_url: `${url}/timeline`,
    performed_via_github_app: issue.via_app ? appShape(world) : null,
  };
}
