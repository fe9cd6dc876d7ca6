import { createServer } from "node:http";
import { once } from "node:events";
import { afterAll, describe, expect, test } from "vitest";
import { join } from "node:path";
import { z } from "zod";
import { createCallback, signature } from "../../src/api/callback.ts";
import { isPublicAddress } from "../../src/sandbox/egress/address.ts";
import { createArtifacts } from "../../src/artifacts/store.ts";
import { TransientError, UserError } from "../../src/errors.ts";
import { newId } from "../../src/job/ids.ts";
import { readJobSpec } from "../../src/job/upgrade.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { openApi } from "./open-api.ts";

const folder = await temporaryFolder();
const secret = "a-secret-for-callbacks";
const calls: { url: string; body: string; signature: string }[] = [];
const answers: Record<string, number> = { "/moved": 302, "/broken": 503, "/gone": 410 };
const failOnce = new Set(["/flaky"]);
const server = createServer((request, response) => {
  let body = "";
  request.setEncoding("utf8").on("data", (part: string) => (body += part));
  request.on("end", () => {
    const { url = "" } = request;
    calls.push({ url, body, signature: String(request.headers["x-patchbay-signature"]) });
    response.writeHead(failOnce.delete(url) ? 503 : (answers[url] ?? 200), { Location: "/redirected" }).end();
  });
}).listen(0, "127.0.0.1");
await once(server, "listening");
const port = z.object({ port: z.number() }).parse(server.address()).port;
afterAll(() => server.close());

const artifacts = createArtifacts({ root: join(folder, "artifacts"), mask: (text) => text });

async function send(callback_url: string, networks: string[] = []): Promise<void> {
  const read = readJobSpec({ goal: "x", callback_url }, { now: new Date(), newId });
  if (read.kind !== "job") throw new Error(read.message);
  await artifacts.writeJob(read.spec);
  const options = { artifacts, secret, isPublic: isPublicAddress, networks, clock: () => new Date(0) };
  await createCallback(options)(read.spec.job_id, "delivery-1");
}

describe("a callback", () => {
  test("is signed with its time", async () => {
    await send(`http://127.0.0.1:${port}/ok`, ["127.0.0.1"]);
    const call = calls.find(({ url }) => url === "/ok");
    expect(call?.signature).toBe(signature(secret, 0, call?.body ?? ""));
    expect(signature(secret, 1, call?.body ?? "")).not.toBe(call?.signature);
  });

  test.each([
    "http://127.0.0.1:PORT/private",
    "https://127.0.0.1:PORT/private",
    "http://localhost:PORT/private",
    "http://[::1]:PORT/private",
    "http://[::ffff:127.0.0.1]:PORT/private",
    "http://2130706433:PORT/private",
    "http://0x7f.1:PORT/private",
    "http://0.0.0.0:PORT/private",
    "https://169.254.169.254/latest/meta-data",
    "https://10.0.0.1/private",
    "https://[fe80::1]/private",
    "http://192.0.2.1/private",
  ])("never goes to %s", async (url) => {
    const before = calls.length;
    await expect(send(url.replace("PORT", String(port)))).rejects.toThrow(UserError);
    expect(calls.length).toBe(before);
  });

  test("follows no redirect; what passes is tried again, what doesn't is not", async () => {
    const to = (path: string) => send(`http://localhost:${port}${path}`, ["127.0.0.1", "::1"]);
    await expect(to("/moved")).rejects.toThrow(/redirects are not followed/);
    expect(calls.map(({ url }) => url)).not.toContain("/redirected");
    await expect(to("/broken")).rejects.toThrow(TransientError);
    await expect(to("/gone")).rejects.toThrow(UserError);
    await expect(send("http://127.0.0.1:9/nobody", ["127.0.0.1"])).rejects.toThrow(TransientError);
  });

  test("comes from a started Patchbay, again after an answer that passes", async () => {
    const api = await openApi(join(folder, "world"), {
      CALLBACK_SECRET: secret,
      CALLBACK_NETWORKS: "127.0.0.1/32",
    });
    try {
      const url = `http://127.0.0.1:${port}/flaky`;
      const { job_id: id } = await api.submit({ goal: "a note", pipeline: "ask", callback_url: url });
      await api.world.until(() => calls.filter((call) => call.url === "/flaky")[1], "a second call");
      const last = calls.findLast((call) => call.url === "/flaky");
      expect(JSON.parse(last?.body ?? "")).toMatchObject({
        type: "job",
        job: { job_id: id, status: "success" },
      });
      const at = Number(/^t=(\d+)/.exec(last?.signature ?? "")?.[1]);
      expect(last?.signature).toBe(signature(secret, at, last?.body ?? ""));
    } finally {
      await api.world.stop();
    }
  });
});
