// Faults on demand, as the publisher's tests use them.
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import type { StandIn } from "../../../demo/github/stand-in.ts";
import { at, clientsOf, repo, start } from "./harness.ts";

const Ordered = z.object({ id: z.number() });
let standIn: StandIn;
let end: () => Promise<void>;
let clients: Awaited<ReturnType<typeof clientsOf>>;
let comment: () => Promise<{ status: number }>;
const target = { method: "POST", path: "/repos/*/*/issues/*/comments" };

beforeEach(async () => {
  ({ standIn, end } = await start());
  clients = await clientsOf(standIn);
  const { number } = await standIn.openIssue({ repo, title: "A", author: "alice" });
  comment = () => clients.octokit.rest.issues.createComment({ ...at, issue_number: number, body: "hello" });
});

afterEach(() => end());

const comments = () => standIn.state.comments.length;

test("a 5xx before the effect, on the second call only", async () => {
  standIn.faults.serverError({ ...target, nth: 2 }, 503);
  expect((await comment()).status).toBe(201);
  await expect(comment()).rejects.toMatchObject({ status: 503 });
  expect((await comment()).status).toBe(201);
  expect(comments()).toBe(2);
});

test("a 5xx after the effect: GitHub did it and did not say so", async () => {
  const fault = standIn.faults.serverError({ ...target, after: true });
  await expect(comment()).rejects.toMatchObject({ status: 502 });
  expect([comments(), fault.hits]).toEqual([1, 1]);
});

test("limits, with the headers that tell when to come back", async () => {
  standIn.faults.secondaryLimit({ ...target, nth: 1 }, 30);
  standIn.faults.tooManyRequests({ ...target, nth: 1 }, 2);
  standIn.faults.primaryLimit({ ...target, nth: 1 }, 1_900_000_000);
  const secondary = { status: 403, response: { headers: { "retry-after": "30" } } };
  await expect(comment()).rejects.toMatchObject(secondary);
  await expect(comment()).rejects.toMatchObject({
    status: 429,
    response: { headers: { "retry-after": "2" } },
  });
  const primary = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1900000000" };
  await expect(comment()).rejects.toMatchObject({ status: 403, response: { headers: primary } });
  expect(comments()).toBe(0);
});

test("a held request is seen, then released", async () => {
  const fault = standIn.faults.hold(target);
  const pending = comment();
  await fault.arrived;
  expect([comments(), standIn.requests.at(-1)?.status]).toEqual([0, null]);
  fault.release();
  expect((await pending).status).toBe(201);
});

test("a held request is dropped after it took effect", async () => {
  const fault = standIn.faults.hold({ ...target, after: true });
  const pending = comment().catch((error: unknown) => error);
  await fault.arrived;
  expect(comments()).toBe(1);
  fault.drop();
  expect(await pending).toBeInstanceOf(Error);
  await standIn.until(() => standIn.requests.at(-1)?.status === 0);
});

test("a connection is cut before the effect", async () => {
  standIn.faults.cut(target);
  await expect(comment()).rejects.toThrow(/fetch failed|closed|terminated|hang up/);
  expect(comments()).toBe(0);
});

test("the same from another process", async () => {
  const call = async (path: string, body: unknown = {}) => {
    const response = await fetch(`${standIn.url}/_demo/${path}`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    return response.json();
  };
  const { id } = Ordered.parse(await call("faults", { kind: "hold", ...target, bodyIncludes: "hello" }));
  const pending = comment();
  await standIn.until(() => standIn.requests.at(-1)?.path.endsWith("/comments"));
  await call(`faults/${id}/release`);
  expect((await pending).status).toBe(201);
  const seen = await (await fetch(`${standIn.url}/_demo/faults`)).json();
  expect(seen).toMatchObject([{ id, hits: 1, effect: "hold" }]);
});
