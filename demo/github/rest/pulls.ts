// Pull requests.
import { z } from "zod";
import { changeIssue } from "../actions/issues.ts";
import { mergePull, openPull } from "../actions/pulls.ts";
import { log } from "../git/commits.ts";
import { diffFiles, diffText } from "../git/diff.ts";
import { pullChange } from "../git/pull-change.ts";
import { gitOf, isPull, type PullIssue, pullOf, repositoryById } from "../model/world.ts";
import { commitShape, fileShape } from "../shapes/commit.ts";
import { fullPullShape, pullShape } from "../shapes/pull.ts";
import {
  type Answer,
  type Call,
  type Endpoints,
  bodyAs,
  created,
  loginOf,
  numberParam,
  ok,
} from "./endpoint.ts";
import { page } from "./pages.ts";
import { diffAnswer } from "./repositories.ts";

const NewPull = z.object({
  title: z.string(),
  body: z.string().nullish(),
  head: z.string(),
  base: z.string(),
  draft: z.boolean().default(false),
});
const PullUpdate = z.object({
  title: z.string().optional(),
  body: z.string().nullish(),
  state: z.enum(["open", "closed"]).optional(),
});
const Merge = z.object({
  commit_title: z.string().optional(),
  commit_message: z.string().optional(),
  sha: z.string().optional(),
  merge_method: z.enum(["merge", "squash", "rebase"]).default("merge"),
});

/** The pull request of the path. */
export function pullIn(call: Call): PullIssue {
  return pullOf(call.world, call.repository(), numberParam(call, "pull_number"));
}

function list(call: Call): Promise<Answer> {
  const { world, query } = call;
  const repository = call.repository();
  const state = query.get("state") ?? "open";
  const head = query.get("head");
  const base = query.get("base");
  const found = world.state.issues.filter(isPull).filter((issue) => {
    const from = issue.pull.head;
    const label = `${repositoryById(world, from.repository_id).owner}:${from.ref}`;
    return (
      issue.repository_id === repository.id &&
      (state === "all" || issue.state === state) &&
      (head === null || head === label) &&
      (base === null || base === issue.pull.base.ref)
    );
  });
  const ascending = query.get("direction") === "asc";
  return page(call, ascending ? found : found.toReversed(), (issue) => pullShape(world, repository, issue));
}

async function get(call: Call): Promise<Answer> {
  const issue = pullIn(call);
  const git = gitOf(call.world, call.repository());
  const { from, to } = await pullChange(git, issue.pull);
  if (/[.+]diff/.test(call.accept)) return diffAnswer(await diffText(git, from, to));
  if (/[.+]patch/.test(call.accept)) {
    const content = await git.text(["format-patch", "--stdout", "--full-index", `${from}..${to}`]);
    return { status: 200, raw: { type: "application/vnd.github.patch; charset=utf-8", content } };
  }
  return ok(await fullPullShape(call.world, call.repository(), issue));
}

export const pullEndpoints: Endpoints = {
  "GET /repos/{owner}/{repo}/pulls": { who: [{ pull_requests: "read" }], handle: list },
  "POST /repos/{owner}/{repo}/pulls": {
    who: [{ pull_requests: "write" }],
    handle: async (call) => {
      const { body, ...wishes } = bodyAs(call, NewPull);
      const author = loginOf(call);
      const issue = await openPull(call.world, call.repository(), { ...wishes, body: body ?? null, author });
      const shape = await fullPullShape(call.world, call.repository(), issue);
      return { ...created(shape), headers: { location: shape.url } };
    },
  },
  "GET /repos/{owner}/{repo}/pulls/{pull_number}": { who: [{ pull_requests: "read" }], handle: get },
  "PATCH /repos/{owner}/{repo}/pulls/{pull_number}": {
    who: [{ pull_requests: "write" }],
    handle: async (call) => {
      const issue = pullIn(call);
      await changeIssue(call.world, call.repository(), issue, bodyAs(call, PullUpdate), loginOf(call));
      return ok(await fullPullShape(call.world, call.repository(), issue));
    },
  },
  "GET /repos/{owner}/{repo}/pulls/{pull_number}/commits": {
    who: [{ pull_requests: "read" }],
    handle: async (call) => {
      const git = gitOf(call.world, call.repository());
      const change = await pullChange(git, pullIn(call).pull);
      const commits = await log(git, [change.commits], { reverse: true, max: 250 });
      return page(call, commits, (commit) => commitShape(call.world, call.repository(), commit));
    },
  },
  "GET /repos/{owner}/{repo}/pulls/{pull_number}/files": {
    who: [{ pull_requests: "read" }],
    handle: async (call) => {
      const git = gitOf(call.world, call.repository());
      const { from, to } = await pullChange(git, pullIn(call).pull);
      const files = await diffFiles(git, from, to);
      return page(call, files, (file) => fileShape(call.world, call.repository(), to, file));
    },
  },
  "PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge": {
    who: [{ contents: "write" }],
    handle: async (call) => {
      const wishes = bodyAs(call, Merge);
      const sha = await mergePull(
        call.world,
        call.repository(),
        pullIn(call),
        {
          method: wishes.merge_method,
          title: wishes.commit_title,
          message: wishes.commit_message,
          sha: wishes.sha,
        },
        loginOf(call),
      );
      return ok({ sha, merged: true, message: "Pull Request successfully merged" });
    },
  },
};
