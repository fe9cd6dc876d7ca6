import nock from "nock";
import { Octokit } from "octokit";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { TransientError, UserError } from "../../src/errors.ts";
import { statusOf } from "../../src/io/github-error.ts";
import { createGitHub } from "../../src/io/github.ts";

const repository = { owner: "acme", name: "shop" };
const github = createGitHub(
  new Octokit({ auth: "t", retry: { enabled: false }, throttle: { enabled: false } }),
);
const api = () => nock("https://api.github.com");

beforeAll(() => nock.disableNetConnect());
afterEach(() => {
  const unused = nock.pendingMocks();
  nock.cleanAll();
  if (unused.length > 0) throw new Error(`mocks that nothing asked for: ${unused.join(", ")}`);
});

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => expect.fail("it did not fail"),
    (error: unknown) => error,
  );
}

describe("a permission", () => {
  test("is the exact role where GitHub gives it", async () => {
    api()
      .get("/repos/acme/shop/collaborators/ada/permission")
      .reply(200, { permission: "write", role_name: "maintain", user: null });
    expect(await github.permission(repository, "ada")).toBe("maintain");
  });
  test("falls back for a custom role, and is none for a stranger", async () => {
    api()
      .get("/repos/acme/shop/collaborators/ada/permission")
      .reply(200, { permission: "write", role_name: "release-captain" });
    expect(await github.permission(repository, "ada")).toBe("write");
    api().get("/repos/acme/shop/collaborators/ghost/permission").reply(404, { message: "Not Found" });
    expect(await github.permission(repository, "ghost")).toBe("none");
  });
});

describe("a team", () => {
  const team = "/orgs/acme/teams/core";
  test.each([
    ["active", true],
    ["pending", false],
  ])("membership that is %s", async (state, wanted) => {
    api().get(`${team}/memberships/ada`).reply(200, { state });
    expect(await github.isTeamMember("acme", "core", "ada")).toBe(wanted);
  });
  test("somebody who isn't in it, as long as there is such a team", async () => {
    api().get(`${team}/memberships/ada`).reply(404, { message: "Not Found" });
    api().get(`${team}/members?per_page=1`).reply(200, []);
    expect(await github.isTeamMember("acme", "core", "ada")).toBe(false);
    api().get(`${team}/memberships/ada`).reply(404, { message: "Not Found" });
    api().get(`${team}/members?per_page=1`).reply(404, { message: "Not Found" });
    expect(statusOf(await failure(github.isTeamMember("acme", "core", "ada")))).toBe(404);
  });
});

describe("a refusal", () => {
  test("of a passing kind is to be tried again, after the time that GitHub names", async () => {
    api().get("/repos/acme/shop/pulls/1").reply(502, "bad gateway");
    expect(await failure(github.pullRequest(repository, 1))).toBeInstanceOf(TransientError);
    api().get("/repos/acme/shop/pulls/1").reply(429, { message: "slow down" }, { "retry-after": "7" });
    expect(await failure(github.pullRequest(repository, 1))).toMatchObject({ retryAfterMs: 7000 });
    api().get("/repos/acme/shop/pulls/1").reply(403, { message: "You have exceeded a secondary rate limit" });
    expect(await failure(github.pullRequest(repository, 1))).toMatchObject({ code: "rate_limited" });
    api().get("/repos/acme/shop/pulls/1").replyWithError("socket hang up");
    expect(await failure(github.pullRequest(repository, 1))).toBeInstanceOf(TransientError);
  });

  test("names the permission that GitHub says would do, and what else is in the way", async () => {
    const refuse = async (message: string, accepted = "") => {
      const headers = { "x-accepted-github-permissions": accepted };
      api().get("/repos/acme/shop/pulls/1").reply(403, { message }, headers);
      return String(await failure(github.pullRequest(repository, 1)));
    };
    const lacks = "Resource not accessible by integration";
    expect(await refuse(lacks, "checks=write")).toContain("the permission checks: write in its");
    expect(await refuse(lacks, "issues=write; pull_requests=write,contents=read")).toContain(
      "issues: write or pull_requests: write and contents: read in its",
    );
    expect(await refuse(lacks, "issues=write @everyone")).toContain("give the App this permission");
    expect(await refuse("Unable to create comment because issue is locked.")).toContain("unlock");
    expect(await refuse("Repository was archived so is read-only.")).toContain("unarchive");
    expect(await refuse("This installation has been suspended")).toContain("unsuspend");
  });

  test("that a person must mend names the action and what to do", async () => {
    api().get("/repos/acme/shop/pulls/1").reply(403, { message: "Resource not accessible by integration" });
    const error = await failure(github.pullRequest(repository, 1));
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toContain("reading pull request #1 of acme/shop: GitHub answered 403");
    expect(String(error)).toContain("give the App this permission");
  });

  test("an answer of another shape is a bug, not a person's task", async () => {
    api().get("/repos/acme/shop/pulls/1").reply(200, { number: "one" });
    const error = await failure(github.pullRequest(repository, 1));
    expect(error).not.toBeInstanceOf(UserError);
    expect(String(error)).toContain("another shape");
  });
});

test("comments are read page by page", async () => {
  const comment = (id: number) => ({
    id,
    html_url: "https://github.com/x",
    body: "x",
    created_at: "2026-01-01T00:00:00Z",
    updated_at: "2026-01-01T00:00:00Z",
    user: null,
  });
  const page = (number: number) => (query: Record<string, unknown>) => query["page"] === String(number);
  const path = "/repos/acme/shop/issues/1/comments";
  api()
    .get(path)
    .query(page(1))
    .reply(
      200,
      Array.from({ length: 100 }, (_, at) => comment(at + 1)),
    );
  api()
    .get(path)
    .query(page(2))
    .reply(200, [comment(101)]);
  expect(await github.comments(repository, 1)).toHaveLength(101);
});

test("a create is sent once, whatever the plugins would do", async () => {
  const eager = createGitHub(new Octokit({ auth: "t", throttle: { enabled: false } }));
  api().post("/repos/acme/shop/issues/1/comments").reply(500, "?");
  expect(await failure(eager.createComment(repository, 1, "hello"))).toBeInstanceOf(TransientError);
});

describe("a refusal of GraphQL", () => {
  const threads = { data: { repository: null } };
  test.each([
    ["NOT_FOUND", UserError, 404],
    ["FORBIDDEN", UserError, 403],
    ["RATE_LIMITED", TransientError, 429],
    [undefined, TransientError, 500],
  ])("of the type %s comes as REST's would", async (type, kind, status) => {
    api()
      .post("/graphql")
      .reply(200, { ...threads, errors: [{ ...(type && { type }), message: "no" }] });
    const error = await failure(github.threadStates(repository, 1));
    expect(error).toBeInstanceOf(kind);
    expect(statusOf(error)).toBe(status);
    expect(String(error)).toContain("reading the review threads of #1");
  });

  test("is not tried again by itself when the connection breaks", async () => {
    const eager = createGitHub(new Octokit({ auth: "t", throttle: { enabled: false } }));
    api().post("/graphql").replyWithError("cut");
    expect(await failure(eager.threadStates(repository, 1))).toBeInstanceOf(TransientError);
  });
});
