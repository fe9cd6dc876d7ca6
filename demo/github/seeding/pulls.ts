// Pull requests, their reviews and their checks.
import type { z } from "zod";
import { checkRunOf, createCheckRun, requestAction, rerequest } from "../actions/check-runs.ts";
import { mergePull, openPull, setDraft } from "../actions/pulls.ts";
import { addReview, reply } from "../actions/reviews.ts";
import { resolveThread } from "../actions/threads.ts";
import { notFound } from "../guesses.ts";
import { pullOf } from "../model/world.ts";
import { repositoryPage } from "../shapes/links.ts";
import type { Desk } from "./desk.ts";
import {
  type Button,
  type Drafting,
  type Merge,
  NewCheck,
  NewPull,
  type NewReply,
  NewReview,
  type Rerun,
  type Resolution,
} from "./wishes.ts";

export function pullActs({ world, act, who }: Desk) {
  return {
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
    /** What a program that watches the repository found on a commit; it failed unless it is told otherwise. */
    reportCheck: (wishes: z.input<typeof NewCheck>) =>
      act(wishes.repo, async (repository) => {
        const { repo: _, sha, ...rest } = NewCheck.parse(wishes);
        return { id: (await createCheckRun(world, repository, sha, { ...rest, status: "completed" })).id };
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
  };
}
