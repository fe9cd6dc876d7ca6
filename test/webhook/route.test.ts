import { createHmac } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Delivery } from "../../src/job/delivery.ts";
import { newId } from "../../src/job/ids.ts";
import { createConcerns } from "../../src/webhook/concerns.ts";
import { createProbotDoor, type ProbotDoor } from "../../src/webhook/probot.ts";
import { createKeep } from "../../src/webhook/keep.ts";
import { createWebhookRoute, webhookPath } from "../../src/webhook/route.ts";
import { makePrivateKey } from "./credentials.ts";
import { createMemoryQueue } from "./memory-queue.ts";
import { handledPayloads, recordedPayloads } from "./recorded.ts";
import { type Served, serveRoute } from "./serve-route.ts";

const secret = "a-secret-of-the-route-test";
const log = pino({ level: "silent" });
const maxBodyBytes = 300_000;
const now = new Date("2026-01-02T03:04:05.000Z");

let probot: ProbotDoor;
let inbox: ReturnType<typeof createMemoryQueue<Delivery>>;
let server: Served;
let port: number;

beforeAll(async () => {
  probot = await createProbotDoor({
    appId: 7,
    privateKey: makePrivateKey(),
    webhookSecret: secret,
    apiUrl: "http://127.0.0.1:1/api/v3",
    throttle: false,
    log,
  });
  const app = createWebhookRoute({
    verify: probot.verify,
    keep: createKeep({
      inbox: { enqueue: (ticket) => inbox.enqueue(ticket) },
      concerns: createConcerns({ trigger: "/agent", labelPrefix: "agent:", allowedBots: new Set() }),
      clock: () => now,
      newId,
    }),
    maxBodyBytes,
    log,
  });
  server = await serveRoute(app);
  port = server.port;
});
afterAll(() => server.close());
beforeEach(() => {
  inbox = createMemoryQueue<Delivery>();
});

const command = {
  action: "created",
  repository: { full_name: "Acme/Shop", name: "Shop", owner: { login: "Acme" } },
  issue: { number: 12 },
  comment: { id: 1, body: "/agent fix it" },
  sender: { login: "ann", id: 2, type: "User" },
};

function sign(body: string, key = secret): string {
  return `sha256=${createHmac("sha256", key).update(body).digest("hex")}`;
}

function headersFor(body: string, more: Record<string, string> = {}): Record<string, string> {
  return {
    "Content-Type": "application/json",
    "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
    "X-GitHub-Event": "issue_comment",
    "X-Hub-Signature-256": sign(body),
    ...more,
  };
}

async function post(
  body: string,
  headers = headersFor(body),
): Promise<{ status: number; text: string; response: Response }> {
  const response = await fetch(`http://127.0.0.1:${port}${webhookPath}`, { method: "POST", body, headers });
  return { status: response.status, text: await response.text(), response };
}

describe("what is kept", () => {
  test("a command is in the inbox, as it was signed, before the 202", async () => {
    const body = JSON.stringify(command);
    const answer = await post(body);
    expect(answer).toMatchObject({ status: 202, text: '{"status":"queued"}' });
    expect(inbox.tickets).toEqual([
      {
        id: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        key: "acme/shop#12",
        payload: {
          inbox_id: expect.stringMatching(/^[0-9a-f]{32}$/),
          guid: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
          event: "issue_comment",
          received_at: now.toISOString(),
          body,
        },
      },
    ]);
  });

  test("a body that comes in pieces, which end within a character", async () => {
    const body = JSON.stringify({ ...command, comment: { id: 1, body: "/agent fix the caf\u00e9" } });
    const bytes = Buffer.from(body);
    const middle = bytes.indexOf(Buffer.from("\u00e9")) + 1;
    const stream = new ReadableStream({
      async start(controller) {
        controller.enqueue(bytes.subarray(0, middle));
        // Another request goes there and back meanwhile.
        await fetch(`http://127.0.0.1:${port}${webhookPath}`);
        controller.enqueue(bytes.subarray(middle));
        controller.close();
      },
    });
    const response = await fetch(`http://127.0.0.1:${port}${webhookPath}`, {
      method: "POST",
      body: stream,
      duplex: "half",
      headers: headersFor(body),
    });
    expect(await response.text()).toBe('{"status":"queued"}');
    expect(inbox.tickets[0]?.payload.body).toBe(body);
  });

  test("the answer waits until it is kept", async () => {
    let release = () => {};
    inbox.holdUntil(
      new Promise((resolve) => {
        release = resolve;
      }),
    );
    let answered = false;
    const answer = post(JSON.stringify(command)).then((result) => {
      answered = true;
      return result;
    });
    // Another request goes there and back meanwhile.
    await fetch(`http://127.0.0.1:${port}${webhookPath}`);
    expect(answered).toBe(false);
    release();
    expect((await answer).status).toBe(202);
    expect(inbox.tickets).toHaveLength(1);
  });

  test("the same GUID again is a duplicate and answers 202 too", async () => {
    const body = JSON.stringify(command);
    await post(body);
    const answer = await post(body);
    expect(answer).toMatchObject({ status: 202, text: '{"status":"duplicate"}' });
    expect(inbox.tickets).toHaveLength(1);
  });

  test("an inbox that can't keep it answers 503 with Retry-After, and nothing of why", async () => {
    inbox.failWith(new Error("ENOSPC: no space left on /secret/place"));
    const body = JSON.stringify(command);
    const failed = await post(body);
    expect(failed.status).toBe(503);
    expect(failed.response.headers.get("Retry-After")).toBe("10");
    expect(failed.text).not.toContain("ENOSPC");
    inbox.failWith(undefined);
    expect((await post(body)).text).toBe('{"status":"queued"}');
  });
});

describe("what is dropped", () => {
  test.each<[string, string, object]>([
    ["an event that nobody handles", "star", command],
    ["an edited comment", "issue_comment", { ...command, action: "edited" }],
    [
      "a comment without the trigger word",
      "issue_comment",
      { ...command, comment: { id: 1, body: "hello" } },
    ],
    ["a comment without a body", "issue_comment", { ...command, comment: { id: 1, body: null } }],
    ["a bot", "issue_comment", { ...command, sender: { login: "x", id: 3, type: "Bot" } }],
    ["a bot by its name", "issue_comment", { ...command, sender: { login: "x[bot]", id: 3, type: "User" } }],
    ["a payload without a sender", "issue_comment", { ...command, sender: undefined }],
  ])("%s", async (_, event, payload) => {
    const body = JSON.stringify(payload);
    const answer = await post(body, headersFor(body, { "X-GitHub-Event": event }));
    expect(answer).toMatchObject({ status: 202, text: '{"status":"ignored"}' });
    expect(inbox.tickets).toEqual([]);
  });

  test("every recorded payload of any event is answered 202", async () => {
    for (const [at, { event, payload, title }] of recordedPayloads().entries()) {
      const body = JSON.stringify(payload);
      if (body.length > maxBodyBytes) continue;
      const headers = { "X-GitHub-Event": event, "X-GitHub-Delivery": `recorded-${at}` };
      const answer = await post(body, headersFor(body, headers));
      expect({ title, status: answer.status }).toEqual({ title, status: 202 });
    }
    // None of them is a command. Kept is that something is gone, whoever's it was, and what only GitHub can tell more of:
    // whether a label or a failed check asks for something, and whether a pull request breaks the configuration.
    const kept = new Set(inbox.tickets.map(({ payload }) => payload.event));
    expect([...kept].toSorted((one, other) => one.localeCompare(other))).toEqual([
      "check_run",
      "installation",
      "installation_repositories",
      "issues",
      "pull_request",
      "repository",
    ]);
  });

  test("every recorded payload of a handled event is kept once it holds a command", async () => {
    const recorded = handledPayloads();
    expect(recorded.length).toBeGreaterThanOrEqual(9);
    for (const [number, { event, payload, title }] of recorded.entries()) {
      const asking = { ...payload, comment: { id: 9, body: "hi\n/agent fix" }, label: { name: "agent:fix" } };
      const body = JSON.stringify(asking);
      const headers = headersFor(body, { "X-GitHub-Event": event, "X-GitHub-Delivery": `guid-${number}` });
      const { text } = await post(body, headers);
      expect({ title, text, key: inbox.tickets.at(-1)?.key }).toEqual({
        title,
        text: '{"status":"queued"}',
        key: expect.stringMatching(/^codertocat\/hello-world#\d+$/),
      });
    }
  });
});

describe("what is refused", () => {
  test.each(["X-GitHub-Delivery", "X-GitHub-Event", "X-Hub-Signature-256"])("no %s", async (name) => {
    const body = JSON.stringify(command);
    const { [name]: _, ...headers } = headersFor(body);
    const answer = await post(body, headers);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(name);
    expect(answer.response.headers.get("Content-Type")).toBe("application/problem+json");
  });

  test.each<[string, Record<string, string>]>([
    ["another secret", { "X-Hub-Signature-256": sign(JSON.stringify(command), "development") }],
    ["another body", { "X-Hub-Signature-256": sign("{}") }],
    ["no hash", { "X-Hub-Signature-256": "sha256=" }],
    ["nonsense", { "X-Hub-Signature-256": "nonsense" }],
  ])("a signature of %s", async (_, wrong) => {
    const body = JSON.stringify(command);
    expect((await post(body, headersFor(body, wrong))).status).toBe(401);
    expect(inbox.tickets).toEqual([]);
  });

  test("an empty body", async () => {
    expect((await post("", headersFor("x"))).status).toBe(401);
  });

  test.each(["[1]", "null", '"text"', "{broken"])("%s, although signed", async (body) => {
    expect((await post(body)).status).toBe(400);
  });

  test("bytes that are no UTF-8, although signed: they could not be kept as they are", async () => {
    const bytes = Buffer.from(JSON.stringify({ ...command, filler: "\u00e9" }), "latin1");
    const signature = `sha256=${createHmac("sha256", secret).update(bytes).digest("hex")}`;
    const response = await fetch(`http://127.0.0.1:${port}${webhookPath}`, {
      method: "POST",
      body: bytes,
      headers: headersFor("", { "X-Hub-Signature-256": signature }),
    });
    expect(response.status).toBe(400);
    expect(inbox.tickets).toEqual([]);
  });

  test("a body whose connection ends before it", async () => {
    const body = JSON.stringify(command);
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    const headers = Object.entries(headersFor(body)).map(([name, value]) => `${name}: ${value}`);
    const length = `Content-Length: ${body.length + 1}`;
    socket.end([`POST ${webhookPath} HTTP/1.1`, "Host: x", length, ...headers, "", body].join("\r\n"));
    socket.resume();
    await once(socket, "close");
    // The server is still there, and has kept nothing.
    expect((await post(body)).text).toBe('{"status":"queued"}');
    expect(inbox.tickets).toHaveLength(1);
  });

  test("a GUID that could be a path", async () => {
    const body = JSON.stringify(command);
    const answer = await post(body, headersFor(body, { "X-GitHub-Delivery": "../../etc/passwd" }));
    expect(answer.status).toBe(400);
  });

  test("a form, with where to change it", async () => {
    const body = JSON.stringify(command);
    const form = { "Content-Type": "application/x-www-form-urlencoded" };
    expect((await post(body, headersFor(body, form))).status).toBe(415);
  });

  test("GET", async () => {
    const response = await fetch(`http://127.0.0.1:${port}${webhookPath}`);
    expect(response.status).toBe(405);
    expect(response.headers.get("Allow")).toBe("POST");
  });

  test("a body over the limit", async () => {
    const body = JSON.stringify({ ...command, filler: "x".repeat(maxBodyBytes) });
    const answer = await post(body);
    expect(answer.status).toBe(413);
    expect(answer.text).toContain("MAX_WEBHOOK_BODY_BYTES");
    expect(inbox.tickets).toEqual([]);
  });

  test("a chunked body over the limit, before its end and with the connection closed", async () => {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    const headers = Object.entries(headersFor("x")).map(([name, value]) => `${name}: ${value}`);
    socket.write(
      [`POST ${webhookPath} HTTP/1.1`, "Host: x", "Transfer-Encoding: chunked", ...headers, "", ""].join(
        "\r\n",
      ),
    );
    let received = "";
    socket.setEncoding("utf8");
    socket.on("data", (data: string) => {
      received += data;
    });
    // The server may cut the line while more is being written.
    socket.on("error", () => {});
    const closed = new Promise<void>((resolve) => {
      socket.on("close", () => resolve());
    });
    const chunk = `${(65_536).toString(16)}\r\n${"x".repeat(65_536)}\r\n`;
    // Never the last chunk: the server has to end it.
    let sent = 0;
    while (!socket.closed && sent < 50_000_000) {
      sent += chunk.length;
      if (!socket.write(chunk)) {
        await Promise.race([new Promise((resolve) => socket.once("drain", resolve)), closed]);
      }
    }
    await closed;
    expect(received).toMatch(/^HTTP\/1\.1 413 /);
    expect(sent).toBeLessThan(50_000_000);
    expect(inbox.tickets).toEqual([]);
  });
});
