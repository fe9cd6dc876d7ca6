// A GitHub that behaves: it keeps comments and pull requests, refuses doubles, and can lose an answer.
import type { ThreadState } from "../../src/io/github-threads.ts";
import type { Comment, PullRequest } from "../../src/io/github.ts";
import type { Review } from "../../src/io/github-reviews.ts";
import type { ThreadComment } from "../../src/io/github-threads.ts";
import type { CheckRunContent } from "../../src/io/github-signs.ts";
import { asGitHubError } from "../../src/io/github-error.ts";
import type { PublisherGitHub } from "../../src/publisher/deps.ts";

type Call = keyof PublisherGitHub;
type Fault = { call: Call; status: number; message?: string; tookEffect: boolean };

export const bot = {
  id: 42,
  slug: "patchbay",
  botLogin: "patchbay[bot]",
  botEmail: "9+patchbay[bot]@x.example",
};

type FakeReview = Review & { comments: Parameters<PublisherGitHub["createReview"]>[2]["comments"] };

export interface FakeGitHub extends PublisherGitHub {
  /** Every request that writes, in order. */
  writes: string[];
  reads: string[];
  reactions: Set<string>;
  allComments(): Comment[];
  pulls: PullRequest[];
  allReviews: FakeReview[];
  reviewThreads: ThreadState[];
  /** On the one issue. */
  labels: Set<string>;
  knownLabels: Set<string>;
  checks: (CheckRunContent & { id: number; name: string; head_sha: string; external_id: string })[];
  /** The next such call answers so; `tookEffect` when the request did what it says before the answer was lost. */
  failNext(fault: Fault): void;
  /** Somebody comments; `app` when through an App. */
  comment(body: string, by: { login: string; app?: number }): Comment;
  /** Answers in review threads, oldest first. */
  answers: ThreadComment[];
  /** The first comments of review threads that are there. */
  threads: Set<number>;
  /** A comment of ours is deleted by a person. */
  erase(id: number): void;
}

/** `heads` says where a branch of the origin stands. */
export function createFakeGitHub(heads: (branch: string) => Promise<string | undefined>): FakeGitHub {
  const comments: Comment[] = [];
  const pulls: PullRequest[] = [];
  const allReviews: FakeReview[] = [];
  const reviewThreads: ThreadState[] = [];
  const answers: ThreadComment[] = [];
  const threads = new Set<number>();
  const faults: Fault[] = [];
  const writes: string[] = [];
  const reads: string[] = [];
  const reactions = new Set<string>();
  const labels = new Set<string>();
  const knownLabels = new Set<string>();
  const checks: FakeGitHub["checks"] = [];
  let lastId = 1000;

  function refusal(call: Call, status: number, message = "fault"): Error {
    return asGitHubError(call, Object.assign(new Error(message), { status }));
  }

  async function write<T>(call: Call, effect: () => T): Promise<T> {
    writes.push(call);
    const at = faults.findIndex((fault) => fault.call === call);
    const [fault] = at === -1 ? [] : faults.splice(at, 1);
    if (fault && !fault.tookEffect) throw refusal(call, fault.status, fault.message);
    const done = effect();
    if (fault) throw refusal(call, fault.status, fault.message);
    return done;
  }

  function add(body: string, by: { login: string; app?: number }): Comment {
    const id = ++lastId;
    const time = new Date(Date.parse("2026-03-04T05:06:08Z") + id * 1000).toISOString();
    const made: Comment = {
      id,
      html_url: `https://github.com/acme/shop/issues/7#issuecomment-${id}`,
      body,
      created_at: time,
      updated_at: time,
      user: { login: by.login, id: 1 },
      performed_via_github_app: by.app === undefined ? null : { id: by.app },
    };
    comments.push(made);
    return made;
  }

  function existing(call: Call, id: number): Comment {
    const found = comments.find((comment) => comment.id === id);
    if (!found) throw refusal(call, 404, "Not Found");
    return found;
  }

  return {
    writes,
    reads,
    reactions,
    pulls,
    allReviews,
    reviewThreads,
    async threadStates() {
      reads.push("threadStates");
      return reviewThreads;
    },
    dismissReview: (_repository, _number, { id }) =>
      write("dismissReview", () => {
        for (const review of allReviews) if (review.id === id) review.state = "DISMISSED";
      }),
    resolveThread: (id) =>
      write("resolveThread", () => {
        for (const thread of reviewThreads) if (thread.id === id) thread.isResolved = true;
      }),
    async reviews() {
      reads.push("reviews");
      return allReviews;
    },
    createReview: (_repository, number, { body, comments: onLines, event }) =>
      write("createReview", () => {
        const id = ++lastId;
        const html_url = `https://github.com/acme/shop/pull/${number}#pullrequestreview-${id}`;
        const state = event === "COMMENT" ? "COMMENTED" : "CHANGES_REQUESTED";
        const made = { id, html_url, body, user: { login: bot.botLogin, id: 1 }, comments: onLines, state };
        allReviews.push(made);
        return made;
      }),
    answers,
    threads,
    async threadCommentsSince() {
      reads.push("threadCommentsSince");
      return [...answers];
    },
    replyInThread: (_repository, number, first, body) =>
      write("replyInThread", () => {
        if (!threads.has(first)) throw refusal("replyInThread", 404, "Not Found");
        const id = ++lastId;
        const html_url = `https://github.com/acme/shop/pull/${number}#discussion_r${id}`;
        const made = { id, in_reply_to_id: first, html_url, body, user: { login: bot.botLogin, id: 1 } };
        answers.push(made);
        return made;
      }),
    updateThreadComment: (_repository, id, body) =>
      write("updateThreadComment", () => {
        const found = answers.find((one) => one.id === id);
        if (!found) throw refusal("updateThreadComment", 404, "Not Found");
        return Object.assign(found, { body });
      }),
    deleteThreadComment: (_repository, id) =>
      write("deleteThreadComment", () => {
        const at = answers.findIndex((one) => one.id === id);
        if (at === -1) throw refusal("deleteThreadComment", 404, "Not Found");
        answers.splice(at, 1);
      }),
    labels,
    knownLabels,
    checks,
    async labelsOf() {
      reads.push("labelsOf");
      return [...labels];
    },
    ensureLabel: (_repository, { name }) => write("ensureLabel", () => void knownLabels.add(name)),
    addLabel: (_repository, _number, name) => write("addLabel", () => void labels.add(name)),
    removeLabel: (_repository, _number, name) => write("removeLabel", () => void labels.delete(name)),
    async findCheckRun(_repository, { headSha, name, externalId }) {
      reads.push("findCheckRun");
      return checks.find(
        (one) => one.head_sha === headSha && one.name === name && one.external_id === externalId,
      )?.id;
    },
    createCheckRun: (_repository, run) =>
      write("createCheckRun", () => {
        const id = ++lastId;
        checks.push({ ...run, id });
        return id;
      }),
    updateCheckRun: (_repository, id, content) =>
      write("updateCheckRun", () => {
        const found = checks.find((one) => one.id === id);
        if (!found) throw refusal("updateCheckRun", 404, "Not Found");
        Object.assign(found, content);
      }),
    allComments: () => [...comments],
    failNext: (fault) => void faults.push(fault),
    comment: add,
    erase(id) {
      comments.splice(comments.indexOf(existing("deleteComment", id)), 1);
    },
    async comments(_repository, _number, since) {
      reads.push("comments");
      return comments.filter((comment) => since === undefined || comment.updated_at >= since);
    },
    createComment: (_repository, _number, body) =>
      write("createComment", () => add(body, { login: bot.botLogin, app: bot.id })),
    updateComment: (_repository, id, body) =>
      write("updateComment", () => Object.assign(existing("updateComment", id), { body })),
    deleteComment: (_repository, id) =>
      write("deleteComment", () => void comments.splice(comments.indexOf(existing("deleteComment", id)), 1)),
    react: (_repository, subject, content) =>
      write("react", () => void reactions.add(`${JSON.stringify(subject)} ${content}`)),
    createBranch: () => Promise.reject(new Error("not asked for here")),
    commitOnBranch: () => Promise.reject(new Error("not asked for here")),
    treeOf: () => Promise.reject(new Error("not asked for here")),
    async openPullRequests() {
      reads.push("openPullRequests");
      return pulls.filter((pull) => pull.state === "open");
    },
    async pullRequestsFrom(_repository, branch) {
      reads.push("pullRequestsFrom");
      return pulls.filter((pull) => pull.head.ref === branch);
    },
    updatePullRequest: (_repository, number, { body }) =>
      write("updatePullRequest", () => {
        const found = pulls.find((pull) => pull.number === number);
        if (!found) throw refusal("updatePullRequest", 404, "Not Found");
        return Object.assign(found, { body });
      }),
    async branchHead(_repository, branch) {
      reads.push("branchHead");
      const sha = await heads(branch);
      if (sha === undefined) throw refusal("branchHead", 404, "Not Found");
      return sha;
    },
    async pullRequest(_repository, number) {
      reads.push("pullRequest");
      const found = pulls.find((pull) => pull.number === number);
      if (!found) throw refusal("pullRequest", 404, "Not Found");
      return found;
    },
    createPullRequest: ({ owner, name }, pull) =>
      write("createPullRequest", () => {
        if (pulls.some((one) => one.head.ref === pull.head && one.state === "open"))
          throw refusal("createPullRequest", 422, "A pull request already exists for acme:x.");
        const number = 12 + pulls.length;
        const made: PullRequest = {
          number,
          html_url: `https://github.com/${owner}/${name}/pull/${number}`,
          state: "open",
          title: pull.title,
          body: pull.body,
          user: { login: bot.botLogin, id: 1 },
          head: { ref: pull.head, sha: "f".repeat(40), repo: { full_name: `${owner}/${name}` } },
          base: { ref: pull.base, sha: "0".repeat(40), repo: { full_name: `${owner}/${name}` } },
        };
        pulls.push(made);
        return made;
      }),
  };
}
