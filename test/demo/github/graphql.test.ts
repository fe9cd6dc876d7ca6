// GraphQL over GitHub's real schema.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { StandIn } from "../../../demo/github/stand-in.ts";
import { at, clientsOf, repo, start } from "./harness.ts";

let standIn: StandIn;
let end: () => Promise<void>;
let clients: Awaited<ReturnType<typeof clientsOf>>;
let pull: { number: number; head_sha: string };

beforeAll(async () => {
  ({ standIn, end } = await start());
  clients = await clientsOf(standIn);
  await standIn.commitFiles({ repo, branch: "f", files: { "README.md": "# store\n" }, author: "alice" });
  pull = await standIn.openPullRequest({ repo, title: "P", author: "alice", head: "f", draft: true });
  await standIn.review({
    repo,
    number: pull.number,
    author: "alice",
    comments: [{ path: "README.md", line: 1, body: "?" }],
  });
});

afterAll(() => end());

const threadsQuery = `query ($owner: String!, $repo: String!, $number: Int!) {
  viewer { login }
  rateLimit { remaining }
  repository(owner: $owner, name: $repo) { pullRequest(number: $number) {
    id isDraft headRefOid
    reviewThreads(first: 10) { pageInfo { hasNextPage } nodes {
      id isResolved path line comments(first: 5) { nodes { body author { login __typename } } } } } } } }`;

interface Threads {
  viewer: { login: string };
  repository: {
    pullRequest: {
      id: string;
      isDraft: boolean;
      headRefOid: string;
      reviewThreads: { nodes: { id: string; isResolved: boolean; line: number; comments: object }[] };
    };
  };
}

const look = () => clients.octokit.graphql<Threads>(threadsQuery, { ...at, number: pull.number });

test("threads are read, resolved and opened again", async () => {
  const { viewer, repository } = await look();
  expect(viewer.login).toBe("patchbay");
  const [thread] = repository.pullRequest.reviewThreads.nodes;
  expect(thread).toMatchObject({ isResolved: false, path: "README.md", line: 1 });
  expect(thread?.comments).toEqual({
    nodes: [{ body: "?", author: { login: "alice", __typename: "User" } }],
  });
  const resolve = (verb: string) =>
    clients.octokit.graphql(
      `mutation ($id: ID!) { ${verb}(input: { threadId: $id }) { thread { isResolved } } }`,
      {
        id: thread?.id,
      },
    );
  expect(await resolve("resolveReviewThread")).toEqual({
    resolveReviewThread: { thread: { isResolved: true } },
  });
  expect(await resolve("unresolveReviewThread")).toEqual({
    unresolveReviewThread: { thread: { isResolved: false } },
  });
});

test("a draft becomes ready and a draft again", async () => {
  const { id } = (await look()).repository.pullRequest;
  const change = (verb: string) =>
    clients.octokit.graphql(
      `mutation ($id: ID!) { ${verb}(input: { pullRequestId: $id }) { pullRequest { isDraft } } }`,
      { id },
    );
  expect(await change("markPullRequestReadyForReview")).toMatchObject({
    markPullRequestReadyForReview: { pullRequest: { isDraft: false } },
  });
  expect(await change("convertPullRequestToDraft")).toMatchObject({
    convertPullRequestToDraft: { pullRequest: { isDraft: true } },
  });
});

const commit = (expectedHeadOid: string, path: string) =>
  clients.octokit.graphql<{ createCommitOnBranch: { commit: { oid: string } } }>(
    `mutation ($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid } } }`,
    {
      input: {
        branch: { repositoryNameWithOwner: repo, branchName: "f" },
        expectedHeadOid,
        message: { headline: "Add", body: "Because" },
        fileChanges: {
          additions: [{ path, contents: Buffer.from("new\n").toString("base64") }],
          deletions: [{ path: "src/cart.ts" }],
        },
      },
    },
  );

test("a commit is made on the expected head, signed by GitHub", async () => {
  await expect(commit("0".repeat(40), "n.txt")).rejects.toMatchObject({ errors: [{ type: "STALE_DATA" }] });
  await expect(commit(pull.head_sha, ".github/workflows/x.yml")).rejects.toMatchObject({
    errors: [{ type: "FORBIDDEN" }],
  });
  const { oid } = (await commit(pull.head_sha, "n.txt")).createCommitOnBranch.commit;
  const { data } = await clients.octokit.rest.git.getCommit({ ...at, commit_sha: oid });
  expect([data.message, data.verification.verified]).toEqual(["Add\n\nBecause", true]);
  expect((await look()).repository.pullRequest.headRefOid).toBe(oid);
  const { data: files } = await clients.octokit.rest.pulls.listFiles({ ...at, pull_number: pull.number });
  expect(files.map((file) => [file.filename, file.status])).toEqual([
    ["README.md", "modified"],
    ["n.txt", "added"],
    ["src/cart.ts", "removed"],
  ]);
});

test("what GitHub's schema does not have, what may not be seen, what is not there yet", async () => {
  const ask = (query: string) => clients.octokit.graphql(query);
  await expect(ask('{ repository(owner: "acme", name: "shop") { nonsense } }')).rejects.toThrow(
    /Cannot query field/,
  );
  await standIn.createRepository("umbrella/lab");
  await expect(ask('{ repository(owner: "umbrella", name: "lab") { id } }')).rejects.toMatchObject({
    errors: [{ type: "NOT_FOUND" }],
  });
  expect(standIn.violations).toEqual([]);
  await expect(ask('{ repository(owner: "acme", name: "shop") { stargazerCount } }')).rejects.toThrow(
    "does not resolve Repository.stargazerCount",
  );
  expect(standIn.violations).toHaveLength(1);
});
