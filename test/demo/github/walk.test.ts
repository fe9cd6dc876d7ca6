// A bot's whole walk with a real Octokit over a real port, over every operation: nothing that it gets, by REST or by
// webhook, may break GitHub's own description.
import { Octokit } from "octokit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { served } from "../../../demo/github/openapi/served.ts";
import { match } from "../../../demo/github/rest/match.ts";
import type { StandIn } from "../../../demo/github/stand-in.ts";
import { at, clientsOf, createSink, repo, start } from "./harness.ts";

let standIn: StandIn;
let end: () => Promise<void>;
let sink: Awaited<ReturnType<typeof createSink>>;
let clients: Awaited<ReturnType<typeof clientsOf>>;

beforeAll(async () => {
  sink = await createSink();
  ({ standIn, end } = await start({ webhookUrl: sink.url, checkWebhooks: true }));
  clients = await clientsOf(standIn);
});

afterAll(async () => {
  await end();
  await sink.stop();
});

test("the App about itself", async () => {
  const { app, installationId } = clients;
  const { data: self } = await app.request("GET /app");
  expect(self?.slug).toBe("patchbay");
  await clients.octokit.request("GET /apps/{app_slug}", { app_slug: "patchbay" });
  await app.request("GET /app/installations");
  await app.request("GET /app/installations/{installation_id}", { installation_id: installationId });
  await app.request("GET /app/hook/config");
  // In the data, because Octokit takes a parameter of this name for the address of the request.
  await app.request("PATCH /app/hook/config", { data: { url: sink.url } });
  const { octokit, tokenFor, withToken } = clients;
  const { data: mine } = await octokit.request("GET /installation/repositories");
  expect(mine.repositories.map((one) => one.full_name)).toEqual([repo]);
  await withToken(await tokenFor()).request("DELETE /installation/token");
  await octokit.request("GET /rate_limit");
  await octokit.request("GET /meta");
  await octokit.request("GET /users/{username}", { username: "alice" });
  const { token } = await standIn.createUser("alice");
  await withToken(token).request("GET /user");
});

test("an issue's conversation", async () => {
  const { octokit } = clients;
  const { number } = await standIn.openIssue({
    repo,
    title: "Login fails",
    body: "on Mondays",
    author: "alice",
  });
  const issue = { ...at, issue_number: number };
  const { data: mine } = await octokit.rest.issues.create({ ...at, title: "From the bot", labels: ["bug"] });
  expect(mine.user?.login).toBe(standIn.app.botLogin);
  const { data: list } = await octokit.rest.issues.listForRepo(at);
  expect(list.map((one) => one.number)).toEqual([mine.number, number]);
  await octokit.rest.issues.get(issue);

  const { data: comment } = await octokit.rest.issues.createComment({ ...issue, body: "On it." });
  const { data: edited } = await octokit.rest.issues.updateComment({
    ...at,
    comment_id: comment.id,
    body: "Done.",
  });
  expect(edited.body).toBe("Done.");
  await octokit.rest.issues.getComment({ ...at, comment_id: comment.id });
  await standIn.comment({ repo, number, author: "alice", body: "Thanks" });
  const { data: comments } = await octokit.rest.issues.listComments(issue);
  expect(comments.map((one) => one.body)).toEqual(["Done.", "Thanks"]);
  await octokit.rest.issues.listCommentsForRepo(at);

  const first = await octokit.rest.reactions.createForIssueComment({
    ...at,
    comment_id: comment.id,
    content: "eyes",
  });
  const again = await octokit.rest.reactions.createForIssueComment({
    ...at,
    comment_id: comment.id,
    content: "eyes",
  });
  expect([first.status, again.status, again.data.id]).toEqual([201, 200, first.data.id]);
  await octokit.rest.reactions.listForIssueComment({ ...at, comment_id: comment.id });
  await octokit.rest.reactions.deleteForIssueComment({
    ...at,
    comment_id: comment.id,
    reaction_id: first.data.id,
  });
  const { data: liked } = await octokit.rest.reactions.createForIssue({ ...issue, content: "+1" });
  await octokit.rest.reactions.listForIssue(issue);
  await octokit.rest.reactions.deleteForIssue({ ...issue, reaction_id: liked.id });
  await octokit.rest.issues.deleteComment({ ...at, comment_id: comment.id });

  await octokit.rest.issues.createLabel({ ...at, name: "agent:plan", color: "0e8a16" });
  await octokit.rest.issues.getLabel({ ...at, name: "agent:plan" });
  await octokit.rest.issues.listLabelsForRepo(at);
  const { data: labels } = await octokit.rest.issues.addLabels({
    ...issue,
    labels: ["agent:plan", "new one"],
  });
  expect(labels.map((one) => one.name)).toEqual(["agent:plan", "new one"]);
  await octokit.rest.issues.listLabelsOnIssue(issue);
  await octokit.rest.issues.setLabels({ ...issue, labels: ["agent:plan"] });
  await octokit.rest.issues.removeLabel({ ...issue, name: "agent:plan" });
  const { data: closed } = await octokit.rest.issues.update({
    ...issue,
    title: "Fixed",
    body: "b",
    state: "closed",
  });
  expect([closed.state, closed.state_reason]).toEqual(["closed", "completed"]);
  await octokit.rest.issues.update({ ...issue, state: "open" });
  const { data: may } = await octokit.rest.repos.getCollaboratorPermissionLevel({ ...at, username: "alice" });
  expect([may.permission, may.role_name]).toEqual(["write", "write"]);
  await standIn.createUser("stranger");
  const stranger = await octokit.rest.repos.getCollaboratorPermissionLevel({ ...at, username: "stranger" });
  expect([stranger.data.permission, stranger.data.role_name]).toEqual(["none", "none"]);
});

test("content by the Git Data API, a pull request, its review, its merge", async () => {
  const { octokit } = clients;
  const { data: repository } = await octokit.rest.repos.get(at);
  expect(repository.default_branch).toBe("main");
  const { data: main } = await octokit.rest.git.getRef({ ...at, ref: "heads/main" });
  const { data: file } = await octokit.rest.repos.getContent({ ...at, path: "README.md" });
  expect("content" in file && Buffer.from(file.content, "base64").toString()).toBe("# shop\n");
  const raw = await octokit.rest.repos.getContent({ ...at, path: "README.md", mediaType: { format: "raw" } });
  expect(raw.data).toBe("# shop\n");
  await octokit.rest.repos.getContent({ ...at, path: "" });

  const { data: blob } = await octokit.rest.git.createBlob({
    ...at,
    content: "export const total = 3;\nexport const tax = 2;\n",
  });
  await octokit.rest.git.getBlob({ ...at, file_sha: blob.sha });
  const { data: base } = await octokit.rest.git.getCommit({ ...at, commit_sha: main.object.sha });
  const { data: tree } = await octokit.rest.git.createTree({
    ...at,
    base_tree: base.tree.sha,
    tree: [{ path: "src/cart.ts", mode: "100644", type: "blob", sha: blob.sha }],
  });
  await octokit.rest.git.getTree({ ...at, tree_sha: tree.sha, recursive: "1" });
  const { data: commit } = await octokit.rest.git.createCommit({
    ...at,
    message: "Raise the total",
    tree: tree.sha,
    parents: [main.object.sha],
  });
  await octokit.rest.git.createRef({ ...at, ref: "refs/heads/agent/1", sha: commit.sha });
  await octokit.rest.git.listMatchingRefs({ ...at, ref: "heads/agent" });
  await octokit.rest.repos.listBranches(at);
  await octokit.rest.repos.getBranch({ ...at, branch: "agent/1" });
  const { data: compared } = await octokit.rest.repos.compareCommitsWithBasehead({
    ...at,
    basehead: "main...agent/1",
  });
  expect([compared.status, compared.ahead_by]).toEqual(["ahead", 1]);
  await octokit.rest.repos.listCommits({ ...at, sha: "agent/1" });
  await octokit.rest.repos.getCommit({ ...at, ref: commit.sha });

  const { data: pull } = await octokit.rest.pulls.create({
    ...at,
    title: "Raise",
    head: "agent/1",
    base: "main",
    draft: true,
  });
  const here = { ...at, pull_number: pull.number };
  await octokit.rest.pulls.update({ ...here, title: "Raise it", body: "Because." });
  const { data: found } = await octokit.rest.pulls.list({ ...at, head: "acme:agent/1", state: "open" });
  expect(found.map((one) => one.number)).toEqual([pull.number]);
  await octokit.request("GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls", {
    ...at,
    commit_sha: commit.sha,
  });
  const { data: full } = await octokit.rest.pulls.get(here);
  expect([full.commits, full.changed_files, full.mergeable]).toEqual([1, 1, true]);
  const diff = await octokit.rest.pulls.get({ ...here, mediaType: { format: "diff" } });
  expect(diff.data).toEqual(expect.stringContaining("+export const total = 3;"));
  const { data: files } = await octokit.rest.pulls.listFiles(here);
  expect(files.map((one) => [one.filename, one.additions])).toEqual([["src/cart.ts", 1]]);
  await octokit.rest.pulls.listCommits(here);
  await standIn.addLabel({ repo, number: pull.number, label: "agent:fix", sender: "alice" });
  await standIn.removeLabel({ repo, number: pull.number, label: "agent:fix", sender: "alice" });
  await standIn.comment({ repo, number: pull.number, author: "alice", body: "/agent go on" });

  const { data: review } = await octokit.rest.pulls.createReview({
    ...here,
    event: "COMMENT",
    body: "One thing",
    comments: [{ path: "src/cart.ts", line: 1, side: "RIGHT", body: "Why three?" }],
  });
  await standIn.review({ repo, number: pull.number, author: "alice", event: "APPROVE", body: "Good." });
  const { data: reviews } = await octokit.rest.pulls.listReviews(here);
  const approval = reviews.find(({ state }) => state === "APPROVED")?.id ?? 0;
  await octokit.rest.pulls.dismissReview({ ...here, review_id: approval, message: "It has changed." });
  await octokit.rest.pulls.getReview({ ...here, review_id: review.id });
  const { data: inline } = await octokit.rest.pulls.listCommentsForReview({ ...here, review_id: review.id });
  const line = { ...at, comment_id: inline[0]?.id ?? 0 };
  await octokit.rest.pulls.getReviewComment(line);
  await octokit.rest.pulls.updateReviewComment({ ...line, body: "Why 3?" });
  await octokit.rest.pulls.createReplyForReviewComment({
    ...here,
    comment_id: line.comment_id,
    body: "See above",
  });
  const { data: single } = await octokit.rest.pulls.createReviewComment({
    ...here,
    body: "And this?",
    commit_id: commit.sha,
    path: "src/cart.ts",
    line: 2,
    side: "RIGHT",
  });
  const { data: seen } = await octokit.rest.reactions.createForPullRequestReviewComment({
    ...line,
    content: "eyes",
  });
  await octokit.rest.reactions.listForPullRequestReviewComment(line);
  await octokit.rest.reactions.deleteForPullRequestComment({ ...line, reaction_id: seen.id });
  await octokit.rest.pulls.listReviewComments(here);
  await octokit.rest.pulls.deleteReviewComment({ ...at, comment_id: single.id });
  await standIn.review({ repo, number: pull.number, author: "alice", event: "APPROVE" });
  const [thread] = standIn.state.threads;
  await standIn.resolveThread({ repo, threadId: thread?.id ?? 0, resolved: true, sender: "alice" });
  await standIn.resolveThread({ repo, threadId: thread?.id ?? 0, resolved: false, sender: "alice" });

  const { data: run } = await octokit.rest.checks.create({
    ...at,
    name: "Patchbay",
    head_sha: commit.sha,
    status: "in_progress",
    external_id: "job",
    actions: [{ label: "Fix it", description: "Runs the agent again", identifier: "fix" }],
  });
  const here2 = { ...at, check_run_id: run.id };
  const annotations = [
    { path: "b.txt", start_line: 1, end_line: 1, annotation_level: "failure" as const, message: "no" },
  ];
  const output = { title: "t", summary: "s", annotations };
  await octokit.rest.checks.update({ ...here2, conclusion: "success", output });
  await octokit.rest.checks.get(here2);
  const failed = await standIn.reportCheck({ repo, sha: commit.sha, name: "test", log: "it failed\n" });
  const { headers } = await octokit.rest.actions.downloadJobLogsForWorkflowRun({
    ...at,
    job_id: failed.id,
    request: { redirect: "manual" },
  });
  expect(await (await fetch(headers.location ?? "")).text()).toBe("it failed\n");
  const { data: notes } = await octokit.rest.checks.listAnnotations(here2);
  expect(notes).toMatchObject(annotations);
  const { data: runs } = await octokit.rest.checks.listForRef({ ...at, ref: commit.sha });
  expect(runs.check_runs.map((one) => one.conclusion)).toEqual(["failure", "success"]);
  await octokit.rest.checks.rerequestRun(here2);
  await standIn.pressCheckRunButton({ repo, checkRunId: run.id, identifier: "fix", sender: "alice" });

  await standIn.setDraft({ repo, number: pull.number, draft: false, sender: "alice" });
  await standIn.setDraft({ repo, number: pull.number, draft: true, sender: "alice" });
  await standIn.setDraft({ repo, number: pull.number, draft: false, sender: "alice" });
  await octokit.rest.git.createRef({ ...at, ref: "refs/heads/spare", sha: main.object.sha });
  await octokit.rest.git.updateRef({ ...at, ref: "heads/spare", sha: commit.sha });
  await octokit.rest.git.deleteRef({ ...at, ref: "heads/spare" });
  await standIn.commitFiles({ repo, branch: "agent/1", files: { "b.txt": "b\n" }, author: "alice" });
  await standIn.setState({ repo, number: pull.number, state: "closed", sender: "alice" });
  await standIn.setState({ repo, number: pull.number, state: "open", sender: "alice" });
  const { data: merged } = await octokit.rest.pulls.merge({ ...here, merge_method: "squash" });
  expect(merged.merged).toBe(true);
  const { data: after } = await octokit.rest.repos.getContent({
    ...at,
    path: "b.txt",
    mediaType: { format: "raw" },
  });
  expect(after).toBe("b\n");
});

test("the installation's life and the deliveries that were made", async () => {
  await standIn.setWebhookUrl(sink.url, { ping: true });
  await standIn.createUser("umbrella", "Organization");
  await standIn.installApp({ account: "umbrella" });
  await standIn.suspendApp("umbrella", true);
  await standIn.suspendApp("umbrella", false);
  await standIn.uninstallApp("umbrella");
  await standIn.settled();
  const { app } = clients;
  const { data: deliveries } = await app.request("GET /app/hook/deliveries", { per_page: 100 });
  const [newest] = deliveries;
  const one = { delivery_id: Number(newest?.id) };
  const { data: delivery } = await app.request("GET /app/hook/deliveries/{delivery_id}", one);
  expect([delivery.event, delivery.action]).toEqual(["installation", "deleted"]);
  await app.request("POST /app/hook/deliveries/{delivery_id}/attempts", one);
  await standIn.settled();
  expect(sink.received.filter((hook) => hook.guid === delivery.guid)).toHaveLength(2);
});

test("who belongs to a team", async () => {
  await standIn.createTeam("acme", "core", ["alice"]);
  const membership = { org: "acme", team_slug: "core", username: "alice" };
  const { octokit } = clients;
  const seen = await octokit.rest.teams.getMembershipForUserInOrg(membership);
  expect(seen.data.state).toBe("active");
  const { token } = await standIn.createUser("alice");
  const alice = new Octokit({ baseUrl: `${standIn.url}/api/v3`, auth: token });
  const { data } = await alice.rest.teams.getMembershipForUserInOrg(membership);
  expect(data.state).toBe("active");
  const members = await alice.rest.teams.listMembersInOrg({ org: "acme", team_slug: "core" });
  expect(members.data.map(({ login }) => login)).toEqual(["alice"]);
});

test("a manifest becomes the App", async () => {
  standIn.state.manifests["code"] = { name: "My Patchbay", default_permissions: { contents: "read" } };
  const { data } = await new Octokit({ baseUrl: `${standIn.url}/api/v3` }).request(
    "POST /app-manifests/{code}/conversions",
    { code: "code" },
  );
  expect(data.slug).toBe("my-patchbay");
  expect(data.pem).toContain("PRIVATE KEY");
});

test("every served operation was walked, and nothing broke GitHub's description", () => {
  const done = new Set(
    standIn.requests
      .filter((one) => one.status !== null && one.status < 400)
      .map((one) => match(one.method, one.path)?.route),
  );
  expect(served.filter((route) => !done.has(route))).toEqual([]);
  expect(standIn.violations).toEqual([]);
});
