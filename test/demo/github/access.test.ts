// Attacks on the stand-in's doors: what GitHub refuses must be refused here, or Patchbay's own tests prove nothing.
import { createSign, generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { StandIn } from "../../../demo/github/stand-in.ts";
import { at, clientsOf, repo, start } from "./harness.ts";

let nowMs = Date.now();
let standIn: StandIn;
let end: () => Promise<void>;
let clients: Awaited<ReturnType<typeof clientsOf>>;
let number: number;

beforeAll(async () => {
  ({ standIn, end } = await start({ clock: () => new Date(nowMs) }));
  clients = await clientsOf(standIn);
  ({ number } = await standIn.openIssue({ repo, title: "A", author: "alice" }));
  await standIn.createRepository("acme/secrets");
  await standIn.createRepository("umbrella/lab");
});

afterAll(() => end());

async function status(token: string | null, method: string, path: string, body?: unknown): Promise<number> {
  const response = await fetch(`${standIn.url}/api/v3${path}`, {
    method,
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return response.status;
}

function jwt(claims: object, privateKey: string, alg = "RS256"): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const head = `${part({ alg, typ: "JWT" })}.${part(claims)}`;
  return `${head}.${createSign("RSA-SHA256").update(head).sign(privateKey, "base64url")}`;
}

test("only the App's own unexpired token is the App", async () => {
  const sec = Math.floor(nowMs / 1000);
  const good = { iss: standIn.app.id, iat: sec - 10, exp: sec + 300 };
  const own = standIn.app.privateKey;
  const { privateKey: forger } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  expect(await status(jwt(good, own), "GET", "/app")).toBe(200);
  expect(await status(jwt(good, forger), "GET", "/app")).toBe(401);
  expect(await status(jwt(good, own, "none"), "GET", "/app")).toBe(401);
  expect(await status(jwt({ ...good, exp: sec - 1 }, own), "GET", "/app")).toBe(401);
  expect(await status(jwt({ ...good, exp: sec + 3_600 }, own), "GET", "/app")).toBe(401);
  expect(await status(jwt({ ...good, iss: 1 }, own), "GET", "/app")).toBe(404);
  expect(await status(await clients.tokenFor(), "GET", "/app")).toBe(401);
});

test("unknown 401, other repository 404, missing permission 403", async () => {
  const path = `/repos/${repo}/issues/${number}/comments`;
  const body = { body: "x" };
  expect(await status("ghs_unknown", "POST", path, body)).toBe(401);
  expect(await status(null, "POST", path, body)).toBe(401);
  const reader = await clients.tokenFor({ permissions: { issues: "read", contents: "read" } });
  expect(await status(reader, "GET", path)).toBe(200);
  expect(await status(reader, "POST", path, body)).toBe(403);
  expect(await status(reader, "POST", `/repos/${repo}/git/blobs`, { content: "x" })).toBe(403);
  expect(await status(reader, "GET", `/repos/${repo}/pulls`)).toBe(403);
  const shopOnly = await clients.tokenFor({ repositories: ["shop"] });
  expect(await status(shopOnly, "GET", `/repos/${repo}`)).toBe(200);
  expect(await status(shopOnly, "GET", "/repos/acme/secrets")).toBe(404);
  expect(await status(shopOnly, "GET", "/repos/umbrella/lab")).toBe(404);
  expect(await status(await clients.tokenFor(), "GET", "/repos/umbrella/lab")).toBe(404);
});

test("a pull request permission does not open issues", async () => {
  const token = await clients.tokenFor({ permissions: { pull_requests: "write" } });
  expect(await status(token, "POST", `/repos/${repo}/issues/${number}/comments`, { body: "x" })).toBe(403);
});

test("a token asks for no more than the App has, and ends", async () => {
  await expect(clients.tokenFor({ permissions: { administration: "write" } })).rejects.toMatchObject({
    status: 422,
  });
  await expect(clients.tokenFor({ permissions: { actions: "write" } })).rejects.toMatchObject({
    status: 422,
  });
  await expect(clients.tokenFor({ repositories: ["lab"] })).rejects.toMatchObject({ status: 422 });
  const revoked = await clients.tokenFor();
  expect(await status(revoked, "DELETE", "/installation/token")).toBe(204);
  expect(await status(revoked, "GET", `/repos/${repo}`)).toBe(401);
  const old = await clients.tokenFor();
  nowMs += 3_599_000;
  expect(await status(old, "GET", `/repos/${repo}`)).toBe(200);
  nowMs += 2_000;
  expect(await status(old, "GET", `/repos/${repo}`)).toBe(401);
  nowMs -= 3_601_000;
});

test("a suspended installation, a removed one, an archived repository", async () => {
  const { app, installationId } = await clientsOf(standIn);
  const fresh = async () =>
    (await app.rest.apps.createInstallationAccessToken({ installation_id: installationId })).data.token;
  const token = await fresh();
  await standIn.suspendApp("acme", true);
  expect(await status(token, "GET", `/repos/${repo}`)).toBe(403);
  await expect(fresh()).rejects.toMatchObject({ status: 403 });
  await standIn.suspendApp("acme", false);
  await standIn.archive(repo, true);
  expect(await status(token, "POST", `/repos/${repo}/issues`, { title: "x" })).toBe(403);
  expect(await status(token, "GET", `/repos/${repo}/issues`)).toBe(200);
  await standIn.archive(repo, false);
  await standIn.uninstallApp("acme");
  expect(await status(token, "GET", `/repos/${repo}`)).toBe(401);
  await standIn.installApp({ account: "acme" });
});

test("what does not fit GitHub's description, or its limits, is refused", async () => {
  const { octokit } = await clientsOf(standIn);
  const issue = { ...at, issue_number: number };
  await expect(
    octokit.rest.issues.createComment({ ...issue, body: "x".repeat(65_537) }),
  ).rejects.toMatchObject({
    status: 422,
  });
  await octokit.rest.issues.createComment({ ...issue, body: "x".repeat(65_536) });
  const token = (await octokit.rest.apps.listReposAccessibleToInstallation()).headers;
  expect(token["x-ratelimit-remaining"]).toBeDefined();
  const wrong = await status(await (await clientsOf(standIn)).tokenFor(), "POST", `/repos/${repo}/issues`, {
    title: "t",
    labels: "no",
  });
  expect(wrong).toBe(422);
  await expect(
    octokit.rest.issues.createComment({ ...at, issue_number: 999, body: "x" }),
  ).rejects.toMatchObject({
    status: 404,
  });
});

test("an answer that is known is not sent again", async () => {
  const { octokit } = await clientsOf(standIn);
  const first = await octokit.rest.issues.get({ ...at, issue_number: number });
  const etag = String(first.headers.etag);
  const again = octokit.rest.issues.get({ ...at, issue_number: number, headers: { "if-none-match": etag } });
  await expect(again).rejects.toMatchObject({ status: 304 });
  await standIn.comment({ repo, number, author: "alice", body: "news" });
  const changed = await octokit.rest.issues.get({
    ...at,
    issue_number: number,
    headers: { "if-none-match": etag },
  });
  expect(changed.status).toBe(200);
});

test("a page of somewhere else cannot act through a reader's browser", async () => {
  const send = (headers: Record<string, string>) =>
    fetch(`${standIn.url}/_demo/comments`, {
      method: "POST",
      headers,
      body: JSON.stringify({ repo, number, author: "alice", body: "hi" }),
    });
  expect((await send({ origin: "https://evil.example" })).status).toBe(403);
  expect((await send({ origin: standIn.url })).status).toBe(200);
  expect((await send({})).status).toBe(200);
});
