import { Readable } from "node:stream";
import nock from "nock";
import { Octokit } from "octokit";
import { afterEach, beforeAll, expect, test } from "vitest";
import { createLogCalls } from "../../src/io/github-logs.ts";

const repository = { owner: "acme", name: "shop" };
const logs = createLogCalls(
  new Octokit({ auth: "secret-token", retry: { enabled: false }, throttle: { enabled: false } }),
);
const path = "/repos/acme/shop/actions/jobs/7/logs";
const leadTo = (location: string) => nock("https://api.github.com").get(path).reply(302, "", { location });
const store = "https://results.blob.core.windows.net";

beforeAll(() => nock.disableNetConnect());
afterEach(() => nock.cleanAll());

test("a log is fetched from where GitHub leads, and the token stays behind", async () => {
  leadTo(`${store}/7?sig=x`);
  nock(store, { badheaders: ["authorization"] })
    .get("/7?sig=x")
    .reply(200, "it failed\n");
  expect(await logs.jobLog(repository, 7)).toBe("it failed\n");
});

test("a check that has no log", async () => {
  nock("https://api.github.com").get(path).reply(404, { message: "Not Found" });
  expect(await logs.jobLog(repository, 7)).toBeUndefined();
});

test.each([
  "http://results.blob.core.windows.net/7",
  "https://169.254.169.254/latest/meta-data",
  "https://blob.core.windows.net.evil.example/7",
  "https://user@results.blob.core.windows.net/7",
  "file:///etc/passwd",
])("%s is no place for a log: nothing is asked of it", async (place) => {
  leadTo(place);
  await expect(logs.jobLog(repository, 7)).rejects.toThrow("reading the log of job 7");
});

test("a place that leads elsewhere is not followed", async () => {
  leadTo(`${store}/7`);
  nock(store).get("/7").reply(302, "", { location: "https://169.254.169.254/" });
  await expect(logs.jobLog(repository, 7)).rejects.toThrow("reading the log of job 7");
});

test("of an endless log the first 20 MB", async () => {
  leadTo(`${store}/7`);
  const chunks = Array.from({ length: 30 }, () => Buffer.alloc(1_000_000, "x"));
  nock(store)
    .get("/7")
    .reply(200, () => Readable.from(chunks));
  const text = await logs.jobLog(repository, 7);
  expect(text?.length).toBeGreaterThanOrEqual(20_000_000);
  expect(text?.length).toBeLessThan(30_000_000);
  expect(text?.slice(-100)).toContain("the log goes on; its first 20 MB were read");
});
