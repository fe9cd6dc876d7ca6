// Every way in from GitHub, in one table: what isn't in it has no effect. docs/commands.md shows it, and a test walks it.

/**
 * Whose right counts. `sender`: of whoever did it, by their permission on GitHub, `.github/agent.yml` and, for bots,
 * ALLOWED_BOTS. `requester`: of whoever asked for the pull request, asked for anew. `nobody`: nothing can be started by it.
 */
type Right = "sender" | "requester" | "nobody";

interface Way {
  what: string;
  effect: string;
  right: Right;
}

/** After which nothing can be done or said there any more. */
export const goneNames = [
  "installation.deleted",
  "installation.suspend",
  "installation_repositories.removed",
  "repository.transferred",
  "repository.archived",
  "repository.deleted",
  "issues.transferred",
  "issues.deleted",
] as const;

const gone: Way = {
  what: "it is gone",
  effect: "its jobs end, with a word in their results",
  right: "nobody",
};
const command = "a reply, a job, or a word about one";

const asked = [
  { name: "issue_comment.created", what: "a comment with a command", effect: command, right: "sender" },
  {
    name: "pull_request_review_comment.created",
    what: "a comment on lines with a command",
    effect: command,
    right: "sender",
  },
  {
    name: "pull_request_review.submitted",
    what: "a review with a command",
    effect: command,
    right: "sender",
  },
  { name: "issues.labeled", what: "a label with a pipeline", effect: "a job", right: "sender" },
  { name: "pull_request.labeled", what: "a label with a pipeline", effect: "a job", right: "sender" },
  {
    name: "issues.unlabeled",
    what: "`agent:running` taken off",
    effect: "the job that a label started ends",
    right: "sender",
  },
  {
    name: "pull_request.unlabeled",
    what: "`agent:running` taken off",
    effect: "the job that a label started ends",
    right: "sender",
  },
  {
    name: "check_run.requested_action",
    what: "a button of a job's check run",
    effect: command,
    right: "sender",
  },
  {
    name: "check_run.rerequested",
    what: "Re-run of a job's check run",
    effect: "another try",
    right: "sender",
  },
  {
    name: "check_run.completed",
    what: "a failed check on a pull request of ours",
    effect: "a repair, where `on_ci_failure` says so",
    right: "requester",
  },
  {
    name: "pull_request.opened",
    what: "a pull request",
    effect: "a comment, when it breaks `.github/agent.yml`",
    right: "nobody",
  },
  {
    name: "pull_request.reopened",
    what: "a pull request",
    effect: "a comment, when it breaks `.github/agent.yml`",
    right: "nobody",
  },
  {
    name: "pull_request.synchronize",
    what: "a push to a pull request",
    effect: "that comment follows",
    right: "nobody",
  },
] as const satisfies readonly (Way & { name: string })[];

export type EventName = (typeof asked)[number]["name"] | (typeof goneNames)[number];

/** What Patchbay handles of all that GitHub sends, such as `issues.labeled`. */
export const dispatch: readonly (Way & { name: EventName })[] = [
  ...asked,
  ...goneNames.map((name) => ({ name, ...gone })),
];
