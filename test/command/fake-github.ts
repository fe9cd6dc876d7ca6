// GitHub as the command room sees it, held in plain data.
import type { CommandGitHub } from "../../src/command/answer.ts";
import { UserError } from "../../src/errors.ts";
import type { Comment, PullRequest } from "../../src/io/github.ts";
import type { MaterialCalls, ReviewComment } from "../../src/io/github-material.ts";
import type { Permission } from "../../src/job/job-spec.ts";

export interface World {
  permissions: Record<string, Permission>;
  /** Branch → head. */
  heads: Record<string, string>;
  pulls: Record<number, PullRequest>;
  comments: Comment[];
  /** On lines of the one pull request, oldest first. */
  onLines: ReviewComment[];
  /** The first comments of the threads that are resolved. */
  resolved: number[];
  /** `.github/agent.yml` on the default branch. */
  configuration?: string;
  /** `org/team` → logins. */
  teams: Record<string, string[]>;
  /** The same at other commits. */
  files: Record<string, string>;
  /** What was asked, in order. */
  calls: string[];
}

export const headSha = "a".repeat(40);
export const pullSha = "b".repeat(40);

export function createWorld(over: Partial<World> = {}): World {
  return {
    permissions: { ann: "write" },
    heads: { main: headSha, master: headSha },
    pulls: {},
    comments: [],
    onLines: [],
    resolved: [],
    files: {},
    teams: {},
    calls: [],
    ...over,
  };
}

/** A GitHub that knows nothing besides the conversation. */
const noMaterialCalls: MaterialCalls = {
  issue: () => Promise.reject(new UserError("GitHub answered 404")),
  diff: async () => "",
  reviewComments: async () => [],
  checkRuns: async () => [],
  annotations: async () => [],
  jobLog: async () => undefined,
  signedImages: async () => [],
  image: () => Promise.reject(new UserError("GitHub answered 404")),
};

export function fakeGitHub(world: World): CommandGitHub {
  return {
    async permission(_, login) {
      world.calls.push(`permission ${login}`);
      return world.permissions[login] ?? "none";
    },
    async branchHead(_, branch) {
      world.calls.push(`branchHead ${branch}`);
      const head = world.heads[branch];
      if (head === undefined) {
        const cause = Object.assign(new Error("Not Found"), { status: 404 });
        throw new UserError(`reading the branch ${branch}: GitHub answered 404`, { cause });
      }
      return head;
    },
    async openPullRequests() {
      return Object.values(world.pulls).filter(({ state }) => state === "open");
    },
    async pullRequest(_, number) {
      world.calls.push(`pullRequest ${number}`);
      const pull = world.pulls[number];
      if (!pull) throw new UserError(`reading pull request #${number}: GitHub answered 404`);
      return pull;
    },
    async branchesFrom(_, prefix) {
      return Object.keys(world.heads).filter((name) => name.startsWith(prefix));
    },
    async pullRequestsFrom(_, branch) {
      return Object.values(world.pulls).filter(({ head }) => head.ref === branch);
    },
    async latestComments(_, number, total) {
      world.calls.push(`latestComments ${number} ${total}`);
      return world.comments;
    },
    async threadComments(_, number, first) {
      world.calls.push(`threadComments ${number} ${first}`);
      return world.onLines.filter(({ id, in_reply_to_id: to }) => (to ?? id) === first);
    },
    async allThreadComments() {
      return world.onLines;
    },
    async threadStates() {
      const firsts = world.onLines.filter(({ in_reply_to_id: to }) => typeof to !== "number");
      return firsts.map(({ id, path }) => ({
        id: `thread-${id}`,
        first: id,
        isResolved: world.resolved.includes(id),
        isOutdated: false,
        path,
        line: undefined,
        comments: [],
      }));
    },
    async isTeamMember(org, team, login) {
      return world.teams[`${org}/${team}`]?.includes(login) ?? false;
    },
    async fileText(_repository, _file, ref) {
      return ref === undefined ? world.configuration : world.files[ref];
    },
    ...noMaterialCalls,
  };
}

/** An open pull request of acme/shop; `from` is the repository of its branch. */
export function pullRequest(
  number: number,
  over: Partial<PullRequest> & { from?: string | null } = {},
): PullRequest {
  const { from = "acme/shop", ...rest } = over;
  return {
    number,
    html_url: `https://github.com/acme/shop/pull/${number}`,
    state: "open",
    title: "A change",
    body: null,
    user: null,
    head: { ref: "topic", sha: pullSha, repo: from === null ? null : { full_name: from } },
    base: { ref: "main", sha: headSha, repo: { full_name: "acme/shop" } },
    ...rest,
  };
}
