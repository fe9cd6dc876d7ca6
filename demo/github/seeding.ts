// Acting as a person: what a test or the demo does in place of the browser. Each call resolves when it is saved.
import { z } from "zod";
import { ensureUser, install, ping, suspend, uninstall } from "./actions/accounts.ts";
import { checkRunOf, requestAction, rerequest } from "./actions/check-runs.ts";
import { createComment, deleteComment, editComment } from "./actions/comments.ts";
import { changeIssue, openIssue } from "./actions/issues.ts";
import { dropLabels, putLabels } from "./actions/labels.ts";
import { mergePull, openPull, setDraft } from "./actions/pulls.ts";
import { react } from "./actions/reactions.ts";
import { commitFiles, createRepository } from "./actions/repositories.ts";
import { addReview, reply } from "./actions/reviews.ts";
import { resolveThread } from "./actions/threads.ts";
import { notFound } from "./guesses.ts";
import { type Comment, Content, Permissions, type Repository, Role } from "./model/state.ts";
import { type World, commentOf, fullName, issueOf, pullOf, repositoryNamed } from "./model/world.ts";
import { repositoryPage } from "./shapes/links.ts";

const repo = z.string().regex(/^[\w-]+\/[\w.-]+$/, "expected owner/name");
const number = z.number().int().positive();

export const NewUser = z.object({
  login: z.string(),
  type: z.enum(["User", "Bot", "Organization"]).default("User"),
});
export const NewRepository = z.object({
  name: repo,
  /** A git repository on this machine whose branches and tags are taken over. */
  from: z.string().optional(),
  files: z.record(z.string(), z.string()).optional(),
  private: z.boolean().optional(),
  description: z.string().optional(),
  defaultBranch: z.string().optional(),
  forkOf: repo.optional(),
});
export const Installing = z.object({
  account: z.string(),
  repositories: z.array(repo).optional(),
  permissions: Permissions.optional(),
});
export const Permission = z.object({ repo, login: z.string(), role: Role });
export const NewIssue = z.object({
  repo,
  title: z.string(),
  body: z.string().nullable().default(null),
  author: z.string(),
  labels: z.array(z.string()).optional(),
});
export const NewComment = z.object({ repo, number, author: z.string(), body: z.string() });
export const CommentEdit = z.object({
  repo,
  id: z.number(),
  body: z.string(),
  sender: z.string().optional(),
});
export const CommentRef = z.object({ repo, id: z.number(), sender: z.string().optional() });
export const Labeling = z.object({ repo, number, label: z.string(), sender: z.string() });
export const NewPull = z.object({
  repo,
  title: z.string(),
  body: z.string().nullable().default(null),
  author: z.string(),
  /** A branch; with `fork`, a branch of that repository. */
  head: z.string(),
  base: z.string().optional(),
  draft: z.boolean().default(false),
  fork: repo.optional(),
});
export const NewCommit = z.object({
  repo,
  branch: z.string().optional(),
  files: z.record(z.string(), z.string().nullable()),
  message: z.string().default("Change files"),
  author: z.string(),
});
export const StateChange = z.object({ repo, number, state: z.enum(["open", "closed"]), sender: z.string() });
export const Merge = z.object({ repo, number, sender: z.string() });
export const Drafting = z.object({ repo, number, draft: z.boolean(), sender: z.string() });
export const NewReaction = z.object({ repo, subjectId: z.number(), content: Content, login: z.string() });
const Side = z.enum(["LEFT", "RIGHT"]);
export const NewReview = z.object({
  repo,
  number,
  author: z.string(),
  body: z.string().default(""),
  event: z.enum(["APPROVE", "REQUEST_CHANGES", "COMMENT"]).default("COMMENT"),
  comments: z
    .array(z.object({ path: z.string(), body: z.string(), line: z.number(), side: Side.optional() }))
    .default([]),
});
export const NewReply = z.object({ repo, commentId: z.number(), author: z.string(), body: z.string() });
export const Resolution = z.object({ repo, threadId: z.number(), resolved: z.boolean(), sender: z.string() });
export const Rerun = z.object({ repo, checkRunId: z.number(), sender: z.string() });
export const Button = Rerun.extend({ identifier: z.string() });
export const Suspension = z.object({ account: z.string(), suspended: z.boolean() });
export const Archiving = z.object({ repo, archived: z.boolean() });
export const Hook = z.object({ url: z.string().nullable(), ping: z.boolean().default(false) });

export type Seeding = ReturnType<typeof createSeeding>;

/** The acts of people on one stand-in. Users that are named and unknown are made. */
export function createSeeding(world: World, save: () => Promise<void>) {
  const at = (name: string): Repository => repositoryNamed(world, name);
  const who = (login: string): string => ensureUser(world, login).login;

  /** Runs one act alone on its repository, then saves. */
  async function act<T>(name: string, work: (repository: Repository) => T | Promise<T>): Promise<T> {
    const repository = at(name);
    const result = await world.alone(repository, async () => work(repository));
    await save();
    return result;
  }

  const commentView = (repository: Repository, comment: Comment) => {
    const kind = issueOf(world, repository, comment.number).pull ? "pull" : "issues";
    const page = `${repositoryPage(world, repository)}/${kind}/${comment.number}`;
    return { id: comment.id, number: comment.number, url: `${page}#issuecomment-${comment.id}` };
  };

  return {
    createUser: async (login: string, type: "User" | "Bot" | "Organization" = "User") => {
      const { id, token } = ensureUser(world, login, type);
      await save();
      return { login, id, token };
    },
    createRepository: async (name: string, wishes: Omit<z.input<typeof NewRepository>, "name"> = {}) => {
      const made = await createRepository(world, name, wishes);
      await save();
      return {
        id: made.id,
        name: fullName(made),
        default_branch: made.default_branch,
        url: repositoryPage(world, made),
        clone_url: `${repositoryPage(world, made)}.git`,
      };
    },
    installApp: async (wishes: z.input<typeof Installing>) => {
      const { account, ...rest } = Installing.parse(wishes);
      const { id } = install(world, account, rest);
      await save();
      return { id };
    },
    uninstallApp: async (account: string) => {
      uninstall(world, account);
      await save();
    },
    suspendApp: async (account: string, suspended: boolean) => {
      suspend(world, account, suspended);
      await save();
    },
    setPermission: (name: string, login: string, role: Role) =>
      act(name, (repository) => {
        repository.roles[who(login)] = role;
      }),
    archive: (name: string, archived: boolean) =>
      act(name, (repository) => {
        repository.archived = archived;
      }),
    openIssue: (wishes: z.input<typeof NewIssue>) =>
      act(wishes.repo, async (repository) => {
        const { repo: _repo, author, ...rest } = NewIssue.parse(wishes);
        const issue = await openIssue(world, repository, { ...rest, author: who(author) });
        return {
          id: issue.id,
          number: issue.number,
          url: `${repositoryPage(world, repository)}/issues/${issue.number}`,
        };
      }),
    setState: (wishes: z.input<typeof StateChange>) =>
      act(wishes.repo, (repository) => {
        const issue = issueOf(world, repository, wishes.number);
        return changeIssue(world, repository, issue, { state: wishes.state }, who(wishes.sender));
      }),
    comment: (wishes: z.input<typeof NewComment>) =>
      act(wishes.repo, (repository) => {
        const issue = issueOf(world, repository, wishes.number);
        const made = createComment(world, repository, issue, wishes.body, who(wishes.author));
        return commentView(repository, made);
      }),
    editComment: (wishes: z.input<typeof CommentEdit>) =>
      act(wishes.repo, (repository) => {
        const comment = commentOf(world, repository, wishes.id);
        editComment(world, repository, comment, wishes.body, who(wishes.sender ?? comment.author));
        return commentView(repository, comment);
      }),
    deleteComment: (wishes: z.input<typeof CommentRef>) =>
      act(wishes.repo, (repository) => {
        const comment = commentOf(world, repository, wishes.id);
        deleteComment(world, repository, comment, who(wishes.sender ?? comment.author));
      }),
    addLabel: (wishes: z.input<typeof Labeling>) =>
      act(wishes.repo, (repository) => {
        const issue = issueOf(world, repository, wishes.number);
        return putLabels(world, repository, issue, [wishes.label], who(wishes.sender));
      }),
    removeLabel: (wishes: z.input<typeof Labeling>) =>
      act(wishes.repo, (repository) => {
        const issue = issueOf(world, repository, wishes.number);
        return dropLabels(world, repository, issue, [wishes.label], who(wishes.sender));
      }),
    /** Reacts to an issue, comment or review comment by its id. */
    react: (wishes: z.input<typeof NewReaction>) =>
      act(wishes.repo, () => {
        react(world, wishes.subjectId, wishes.content, who(wishes.login));
      }),
    openPullRequest: (wishes: z.input<typeof NewPull>) =>
      act(wishes.repo, async (repository) => {
        const { fork, head, base, author, title, body, draft } = NewPull.parse(wishes);
        const opened = await openPull(world, repository, {
          title,
          body,
          draft,
          author: who(author),
          head: fork === undefined ? head : `${fork.split("/")[0]}:${head}`,
          base: base ?? repository.default_branch,
        });
        return {
          id: opened.id,
          number: opened.number,
          url: `${repositoryPage(world, repository)}/pull/${opened.number}`,
          head_sha: opened.pull.head.sha,
        };
      }),
    mergePullRequest: (wishes: z.input<typeof Merge>) =>
      act(wishes.repo, async (repository) => {
        const issue = pullOf(world, repository, wishes.number);
        const sha = await mergePull(world, repository, issue, { method: "merge" }, who(wishes.sender));
        return { sha };
      }),
    setDraft: (wishes: z.input<typeof Drafting>) =>
      act(wishes.repo, (repository) =>
        setDraft(
          world,
          repository,
          pullOf(world, repository, wishes.number),
          wishes.draft,
          who(wishes.sender),
        ),
      ),
    /** Commits files to a branch as a push would: `push` and `synchronize` webhooks follow. */
    commitFiles: (wishes: z.input<typeof NewCommit>) =>
      act(wishes.repo, async (repository) => {
        const { repo: _repo, author, ...rest } = NewCommit.parse(wishes);
        return { sha: await commitFiles(world, repository, { ...rest, author: who(author) }) };
      }),
    review: (wishes: z.input<typeof NewReview>) =>
      act(wishes.repo, async (repository) => {
        const { number: at, author, ...rest } = NewReview.parse(wishes);
        const issue = pullOf(world, repository, at);
        const review = await addReview(world, repository, issue, { ...rest, author: who(author) });
        const mine = world.state.review_comments.filter((one) => one.review_id === review.id);
        return { id: review.id, comment_ids: mine.map((one) => one.id) };
      }),
    /** Answers a review comment. */
    reply: (wishes: z.input<typeof NewReply>) =>
      act(wishes.repo, (repository) => {
        const to = world.state.review_comments.find((one) => one.id === wishes.commentId);
        if (!to) throw notFound();
        const issue = pullOf(world, repository, to.number);
        return { id: reply(world, repository, issue, to, wishes.body, who(wishes.author)).id };
      }),
    resolveThread: (wishes: z.input<typeof Resolution>) =>
      act(wishes.repo, () => {
        const thread = world.state.threads.find((one) => one.id === wishes.threadId);
        if (!thread) throw notFound();
        const sender = who(wishes.sender);
        resolveThread(world, thread, wishes.resolved ? sender : null, sender);
      }),
    /** Presses "Re-run" of a check run. */
    rerequestCheckRun: (wishes: z.input<typeof Rerun>) =>
      act(wishes.repo, (repository) => {
        rerequest(world, repository, checkRunOf(world, repository, wishes.checkRunId), who(wishes.sender));
      }),
    /** Presses one of the buttons that the App put on a check run. */
    pressCheckRunButton: (wishes: z.input<typeof Button>) =>
      act(wishes.repo, (repository) => {
        const run = checkRunOf(world, repository, wishes.checkRunId);
        requestAction(world, repository, run, wishes.identifier, who(wishes.sender));
      }),
    setWebhookUrl: async (url: string | null, options: { ping?: boolean } = {}) => {
      world.state.app.webhook_url = url;
      if (options.ping === true) ping(world);
      await save();
    },
  };
}
