// Issues and the conversation on issues and pull requests.
import { randomUUID } from "node:crypto";
import type { z } from "zod";
import { createComment, deleteComment, editComment } from "../actions/comments.ts";
import { changeIssue, openIssue } from "../actions/issues.ts";
import { dropLabels, putLabels } from "../actions/labels.ts";
import { react } from "../actions/reactions.ts";
import type { Comment, Repository } from "../model/state.ts";
import { commentOf, issueOf } from "../model/world.ts";
import { repositoryPage } from "../shapes/links.ts";
import type { Desk } from "./desk.ts";
import {
  type CommentEdit,
  type CommentRef,
  type Labeling,
  type Locking,
  type NewComment,
  NewIssue,
  type NewReaction,
  type StateChange,
} from "./wishes.ts";

export function issueActs({ world, act, who }: Desk) {
  const commentView = (repository: Repository, comment: Comment) => {
    const kind = issueOf(world, repository, comment.number).pull ? "pull" : "issues";
    const page = `${repositoryPage(world, repository)}/${kind}/${comment.number}`;
    return { id: comment.id, number: comment.number, url: `${page}#issuecomment-${comment.id}` };
  };

  return {
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
    /** What GitHub does with a file that is dropped into a comment: its address, to be put into the text. */
    upload: ({ repo, bytes }: { repo: string; bytes: Uint8Array }) =>
      act(repo, () => {
        const id = randomUUID();
        world.state.uploads[id] = Buffer.from(bytes).toString("base64");
        return `${world.base()}/user-attachments/assets/${id}`;
      }),
    /** Locks or unlocks the conversation. */
    lock: (wishes: z.input<typeof Locking>) =>
      act(wishes.repo, (repository) => {
        issueOf(world, repository, wishes.number).locked = wishes.locked;
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
  };
}
