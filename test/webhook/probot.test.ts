import { createHmac } from "node:crypto";
import { Writable } from "node:stream";
import nock from "nock";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { TransientError, UserError } from "../../src/errors.ts";
import type { Delivery } from "../../src/job/delivery.ts";
import type { Log } from "../../src/log.ts";
import { createProbotDoor } from "../../src/webhook/probot.ts";
import { makePrivateKey } from "./credentials.ts";
import { makeDelivery } from "./journey.ts";
import { commentPayload } from "./payloads.ts";

const apiUrl = "https://ghe.example/api/v3";
const privateKey = makePrivateKey();

beforeAll(() => nock.disableNetConnect());
afterEach(() => {
  const unused = nock.pendingMocks();
  nock.cleanAll();
  if (unused.length > 0) throw new Error(`never asked for: ${unused.join(", ")}`);
});
afterAll(() => {
  nock.enableNetConnect();
  nock.restore();
});

function door(over: { webhookSecret?: string; log?: Log } = {}) {
  return createProbotDoor({
    appId: 7,
    privateKey,
    webhookSecret: "a-secret-of-the-probot-test",
    apiUrl,
    throttle: false,
    log: pino({ level: "silent" }),
    ...over,
  });
}

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

function expectToken(installationId: number): void {
  nock(apiUrl)
    .post(`/app/installations/${installationId}/access_tokens`)
    .matchHeader("authorization", /^bearer ey/)
    .reply(201, {
      token: `ghs_${installationId}`,
      expires_at: inAnHour(),
      permissions: {},
      repository_selection: "all",
    });
}

describe("the webhook secret", () => {
  test.each(["", "  "])("%j is refused: Probot would take its default for it", async (webhookSecret) => {
    await expect(door({ webhookSecret })).rejects.toBeInstanceOf(UserError);
  });

  test("only its own signatures are accepted, Probot's default isn't", async () => {
    const { verify } = await door();
    const sign = (secret: string) => `sha256=${createHmac("sha256", secret).update("{}").digest("hex")}`;
    expect(verify(Buffer.from("{}"), sign("a-secret-of-the-probot-test"))).toBe(true);
    expect(verify(Buffer.from("{}"), sign("development"))).toBe(false);
  });
});

describe("GitHub behind another host", () => {
  test("an installation's calls carry its token, made once, and the same door is given again", async () => {
    const { github } = await door();
    expectToken(5);
    nock(apiUrl)
      .get("/repos/acme/shop/collaborators/ann/permission")
      .matchHeader("authorization", "token ghs_5")
      .times(2)
      .reply(200, { permission: "write", role_name: "maintain" });
    const first = await github(5);
    expect(await github(5)).toBe(first);
    const repository = { owner: "acme", name: "shop" };
    expect(await first.permission(repository, "ann")).toBe("maintain");
    expect(await first.permission(repository, "ann")).toBe("maintain");
  });

  test("two installations have each their own token", async () => {
    const { github } = await door();
    for (const id of [5, 6]) {
      expectToken(id);
      nock(apiUrl)
        .get("/repos/acme/shop/git/ref/heads%2Fmain")
        .matchHeader("authorization", `token ghs_${id}`)
        .reply(200, { object: { sha: `sha-${id}` } });
      expect(await (await github(id)).branchHead({ owner: "acme", name: "shop" }, "main")).toBe(`sha-${id}`);
    }
  });

  test("the App's own account is asked for once; a failure is asked again", async () => {
    const { self } = await door();
    nock(apiUrl).get("/app").reply(404, { message: "Not Found" });
    await expect(self()).rejects.toBeInstanceOf(UserError);
    nock(apiUrl)
      .get("/app")
      .matchHeader("authorization", /^bearer ey/)
      .reply(200, { id: 7, slug: "patchbay" });
    expect(await self()).toEqual({ appId: 7, login: "patchbay[bot]" });
    expect(await self()).toEqual({ appId: 7, login: "patchbay[bot]" });
  });

  test("what only an installation may ask goes through one", async () => {
    const { app } = await door();
    nock(apiUrl)
      .get("/app/installations")
      .query({ per_page: 1 })
      .reply(200, [{ id: 9 }]);
    expectToken(9);
    nock(apiUrl)
      .get("/users/patchbay%5Bbot%5D")
      .matchHeader("authorization", "token ghs_9")
      .reply(200, { login: "patchbay[bot]", id: 4711 });
    expect(await app.userId("patchbay[bot]")).toBe(4711);
  });

  test("a token for a checkout is asked for at this host too", async () => {
    const { app } = await door();
    nock(apiUrl)
      .post("/app/installations/5/access_tokens", {
        repositories: ["shop"],
        permissions: { contents: "read" },
      })
      .reply(201, { token: "ghs_read", expires_at: "2026-01-02T04:00:00Z" });
    expect(await app.token(5, { owner: "acme", name: "shop" }, { contents: "read" })).toEqual({
      token: "ghs_read",
      expiresAt: "2026-01-02T04:00:00Z",
    });
  });

  test("the latest comments are read from the end", async () => {
    const { github } = await door();
    expectToken(5);
    const comments = (from: number, count: number) =>
      Array.from({ length: count }, (_, at) => ({
        id: from + at,
        html_url: "u",
        created_at: "2026-01-01T00:00:00Z",
        updated_at: "2026-01-01T00:00:00Z",
      }));
    const path = "/repos/acme/shop/issues/12/comments";
    nock(apiUrl).get(path).query({ per_page: 100, page: 43 }).reply(200, comments(4200, 20));
    nock(apiUrl).get(path).query({ per_page: 100, page: 42 }).reply(200, comments(4100, 100));
    const found = await (await github(5)).latestComments({ owner: "acme", name: "shop" }, 12, 4220);
    expect([found.length, found[0]?.id, found.at(-1)?.id]).toEqual([120, 4100, 4219]);
  });
});

describe("a delivery", () => {
  test("reaches its handler with what the inbox knows, two at once unmixed", async () => {
    const { on, receive } = await door();
    const seen: [string, unknown][] = [];
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    on("issue_comment.created", async (delivery: Delivery, payload) => {
      if (delivery.guid === "first") await held;
      seen.push([delivery.inbox_id, payload]);
    });
    const payload = commentPayload("/agent");
    const first = receive(
      makeDelivery("issue_comment", payload, { guid: "first", inbox_id: "1".repeat(32) }),
    );
    await receive(makeDelivery("issue_comment", payload, { guid: "second", inbox_id: "2".repeat(32) }));
    release();
    await first;
    expect(seen).toEqual([
      ["2".repeat(32), payload],
      ["1".repeat(32), payload],
    ]);
  });

  test("of another action is nobody's", async () => {
    const { on, receive } = await door();
    on("issue_comment.created", () => Promise.reject(new Error("not for this one")));
    expect(await receive(makeDelivery("issue_comment", { action: "deleted" }))).toBeUndefined();
  });

  test("what a handler throws comes out as it was thrown, and the log holds no payload", async () => {
    let logged = "";
    const stream = new Writable({
      write(chunk: Buffer, _, done) {
        logged += chunk.toString();
        done();
      },
    });
    const { on, receive } = await door({ log: pino({ level: "debug" }, stream) });
    const thrown = new TransientError("reading the thread: no answer");
    on("issue_comment.created", () => Promise.reject(thrown));
    const delivery = makeDelivery("issue_comment", commentPayload("/agent and a confidence"));
    await expect(receive(delivery)).rejects.toBe(thrown);
    expect(thrown).not.toHaveProperty("event");
    expect(logged).toContain("reading the thread");
    expect(logged).not.toContain("a confidence");
  });
});
