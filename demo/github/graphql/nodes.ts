// GitHub's objects as GraphQL sees them. A field that is not here answers a clear error, never null.
import { threadsOf } from "../actions/threads.ts";
import { readCommit } from "../git/commits.ts";
import type { Comment, Issue, Label, Repository } from "../model/state.ts";
import { type PullIssue, fullName, gitOf, isPull, issueOf, pullOf, repositoryById } from "../model/world.ts";
import { association, labelShape } from "../shapes/issue.ts";
import { nodeId, repositoryPage } from "../shapes/links.ts";
import { fullPullShape } from "../shapes/pull.ts";
import { reviewShape } from "../shapes/review.ts";
import { actorNode } from "./actor-node.ts";
import { connection, type ConnectionArguments } from "./connection.ts";
import { type Context, require } from "./context.ts";
import { threadNode } from "./thread-node.ts";

export function repositoryNode(context: Context, repository: Repository) {
  const { world } = context;
  return {
    __typename: "Repository",
    id: nodeId("Repository", repository.id),
    databaseId: repository.id,
    name: repository.name,
    nameWithOwner: fullName(repository),
    url: repositoryPage(world, repository),
    description: repository.description,
    isPrivate: repository.private,
    isArchived: repository.archived,
    isFork: repository.fork_of !== null,
    owner: () => actorNode(context, repository.owner),
    defaultBranchRef: () => refNode(context, repository, `refs/heads/${repository.default_branch}`),
    ref: ({ qualifiedName }: { qualifiedName: string }) =>
      refNode(
        context,
        repository,
        qualifiedName.startsWith("refs/") ? qualifiedName : `refs/heads/${qualifiedName}`,
      ),
    issue: ({ number }: { number: number }) => {
      require(context, repository, { issues: "read" });
      return issueNode(context, repository, issueOf(world, repository, number));
    },
    pullRequest: ({ number }: { number: number }) => {
      require(context, repository, { pull_requests: "read" });
      return pullNode(context, repository, pullOf(world, repository, number));
    },
    issueOrPullRequest: ({ number }: { number: number }) => {
      const issue = issueOf(world, repository, number);
      require(context, repository, { issues: "read" }, { pull_requests: "read" });
      return isPull(issue) ? pullNode(context, repository, issue) : issueNode(context, repository, issue);
    },
  };
}

async function refNode(context: Context, repository: Repository, ref: string) {
  const sha = await gitOf(context.world, repository).resolve(ref);
  if (sha === null) return null;
  return {
    id: nodeId("Ref", `${repository.id}:${ref}`),
    name: ref.replace(/^refs\/(heads|tags)\//, ""),
    prefix: /^refs\/(heads|tags)\//.exec(ref)?.[0] ?? "refs/",
    target: () => commitNode(context, repository, sha),
  };
}

export async function commitNode({ world }: Context, repository: Repository, sha: string) {
  const commit = await readCommit(gitOf(world, repository), sha);
  return {
    __typename: "Commit",
    id: nodeId("Commit", sha),
    oid: sha,
    abbreviatedOid: sha.slice(0, 7),
    message: commit.message,
    messageHeadline: commit.message.split("\n")[0],
    url: `${repositoryPage(world, repository)}/commit/${sha}`,
    committedDate: commit.committer.date,
    authoredDate: commit.author.date,
    tree: { id: nodeId("Tree", commit.tree), oid: commit.tree },
  };
}

function conversation(context: Context, repository: Repository, issue: Issue) {
  const { world } = context;
  const labels = issue.labels.flatMap((name) => repository.labels.filter((label) => label.name === name));
  return {
    databaseId: issue.id,
    number: issue.number,
    title: issue.title,
    body: issue.body ?? "",
    bodyText: issue.body ?? "",
    url: `${repositoryPage(world, repository)}/${issue.pull ? "pull" : "issues"}/${issue.number}`,
    author: () => actorNode(context, issue.author),
    authorAssociation: association(repository, issue.author),
    createdAt: issue.created_at,
    updatedAt: issue.updated_at,
    lastEditedAt: null,
    closed: issue.state === "closed",
    closedAt: issue.closed_at,
    locked: issue.locked,
    repository: () => repositoryNode(context, repository),
    labels: (page: ConnectionArguments) =>
      connection(labels, page, (one) => labelNode(context, repository, one)),
    comments: (page: ConnectionArguments) => {
      const { comments } = world.state;
      const mine = comments.filter(
        (one) => one.repository_id === repository.id && one.number === issue.number,
      );
      return connection(mine, page, (one) => commentNode(context, repository, one));
    },
  };
}

function labelNode({ world }: Context, repository: Repository, label: Label) {
  const { node_id: id, name, color, description } = labelShape(world, repository, label);
  return { id, name, color, description };
}

export function issueNode(context: Context, repository: Repository, issue: Issue) {
  return {
    __typename: "Issue",
    id: nodeId("Issue", issue.id),
    ...conversation(context, repository, issue),
    state: issue.state.toUpperCase(),
    stateReason: issue.state_reason?.toUpperCase() ?? null,
  };
}

export function pullNode(context: Context, repository: Repository, issue: PullIssue) {
  const { world } = context;
  const { pull } = issue;
  const head = repositoryById(world, pull.head.repository_id);
  const full = () => fullPullShape(world, repository, issue);
  return {
    __typename: "PullRequest",
    id: nodeId("PullRequest", issue.id),
    ...conversation(context, repository, issue),
    state: pull.merged_at === null ? issue.state.toUpperCase() : "MERGED",
    isDraft: pull.draft,
    merged: pull.merged_at !== null,
    mergedAt: pull.merged_at,
    headRefName: pull.head.ref,
    headRefOid: pull.head.sha,
    baseRefName: pull.base.ref,
    baseRefOid: pull.base.sha,
    isCrossRepository: head.id !== repository.id,
    headRepository: () => repositoryNode(context, head),
    headRepositoryOwner: () => actorNode(context, head.owner),
    baseRepository: () => repositoryNode(context, repository),
    additions: async () => (await full()).additions,
    deletions: async () => (await full()).deletions,
    changedFiles: async () => (await full()).changed_files,
    mergeable: async () => {
      const { mergeable } = await full();
      return mergeable === null ? "UNKNOWN" : mergeable ? "MERGEABLE" : "CONFLICTING";
    },
    reviewThreads: (page: ConnectionArguments) =>
      connection(threadsOf(world, repository, issue.number), page, (one) => threadNode(context, one)),
    reviews: (page: ConnectionArguments) => {
      const { reviews } = world.state;
      const mine = reviews.filter(
        (one) => one.repository_id === repository.id && one.number === issue.number,
      );
      return connection(mine, page, (one) => {
        const shape = reviewShape(world, one);
        return {
          __typename: "PullRequestReview",
          id: shape.node_id,
          databaseId: shape.id,
          body: shape.body,
          state: shape.state,
          url: shape.html_url,
          submittedAt: one.submitted_at,
          createdAt: one.submitted_at,
          authorAssociation: shape.author_association,
          author: () => actorNode(context, one.author),
        };
      });
    },
  };
}

function commentNode(context: Context, repository: Repository, comment: Comment) {
  const edited = comment.updated_at !== comment.created_at;
  const kind = issueOf(context.world, repository, comment.number).pull ? "pull" : "issues";
  const page = `${repositoryPage(context.world, repository)}/${kind}/${comment.number}`;
  return {
    __typename: "IssueComment",
    id: nodeId("IssueComment", comment.id),
    databaseId: comment.id,
    fullDatabaseId: String(comment.id),
    body: comment.body,
    bodyText: comment.body,
    url: `${page}#issuecomment-${comment.id}`,
    author: () => actorNode(context, comment.author),
    authorAssociation: association(repository, comment.author),
    createdAt: comment.created_at,
    updatedAt: comment.updated_at,
    lastEditedAt: edited ? comment.updated_at : null,
    isMinimized: false,
  };
}
