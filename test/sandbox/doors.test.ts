import { existsSync } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createPriceTable } from "../../src/sandbox/model/prices.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { call } from "./client.ts";
import { dialLoopback, openDoors, publicAddress } from "./open-doors.ts";
import { answersJson, startUpstream } from "./upstream.ts";

const folder = await temporaryFolder();
const key = "sk-ant-real-key-0123456789";
const prices = createPriceTable({ "claude-test": { input: 3, output: 15 } });

test("the agent calls with the dummy key, the provider gets the real one", async () => {
  const upstream = await startUpstream(
    answersJson({ type: "message", model: "claude-test", usage: { input_tokens: 1000, output_tokens: 200 } }),
  );
  const doors = await openDoors({ providers: { anthropic: { baseUrl: upstream.url, apiKey: key } }, prices });
  expect(doors.gateways).toEqual({ anthropic: "http://127.0.0.1:3129/anthropic" });
  expect(doors.folder).toBeDefined();
  expect(existsSync(doors.egress)).toBe(false);

  const reply = await call(doors.model, "/anthropic/v1/messages", {
    headers: { "x-api-key": doors.token },
    body: '{"model":"claude-test"}',
  });
  expect(reply.status).toBe(200);
  expect(upstream.seen).toMatchObject([
    { url: "/v1/messages", headers: { "x-api-key": key }, body: '{"model":"claude-test"}' },
  ]);
  expect(doors.spent()).toEqual({
    requests: 1,
    tokensIn: 1000,
    tokensOut: 200,
    costUsd: 0.006,
    estimateUsd: 0.006,
  });
});

test("an allowed host is reached, and only it", async () => {
  const upstream = await startUpstream((_, res) => res.end("packages"));
  const dialled: string[] = [];
  const doors = await openDoors(
    { resolve: async () => [publicAddress], dial: dialLoopback(dialled) },
    { allow: [`registry.test:${upstream.port}`] },
  );
  expect(existsSync(doors.model)).toBe(false);
  const reply = await call(doors.egress, `http://registry.test:${upstream.port}/left-pad`, { method: "GET" });
  expect(reply).toMatchObject({ status: 200, body: "packages" });
  expect(dialled).toEqual([`${publicAddress}:${upstream.port}`]);
  expect(await call(doors.egress, "http://other.test/", { method: "GET" })).toMatchObject({ status: 403 });
  expect(doors.decisions).toMatchObject([
    { target: `registry.test:${upstream.port}`, allowed: true, reason: `to ${publicAddress}` },
    { target: `registry.test:${upstream.port}`, allowed: true, reason: "closed", bytes_down: 8 },
    { target: "http://other.test/", allowed: false, reason: "not in the allow list" },
  ]);
});

describe("where the doors are", () => {
  test("nothing is opened when there is nothing to reach", async () => {
    const doors = await openDoors({});
    expect(doors).toMatchObject({ folder: undefined, gateways: {}, environment: {} });
    expect(existsSync(doors.egress) || existsSync(doors.model)).toBe(false);
  });

  test("over TCP both are on the loopback and the environment leads there", async () => {
    const upstream = await startUpstream(answersJson({}));
    const doors = await openDoors(
      { providers: { openai: { baseUrl: upstream.url } } },
      { over: "tcp", allow: ["example.com:443"] },
    );
    expect(doors.folder).toBeUndefined();
    expect(doors.environment["HTTPS_PROXY"]).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const reply = await fetch(`${doors.gateways.openai}/v1/models`, {
      headers: { authorization: `Bearer ${doors.token}` },
    });
    expect(reply.status).toBe(200);
    // A gateway without a key gets none, not even the dummy.
    expect(upstream.seen[0]?.headers.authorization).toBeUndefined();
  });

  test("a socket is for its owner alone, lies in however deep a folder, and goes with the doors", async () => {
    const deep = join(folder, "d".repeat(60), "e".repeat(60));
    await mkdir(deep, { recursive: true });
    const doors = await openDoors(
      { providers: { openai: { baseUrl: "http://127.0.0.1:9" } } },
      { folder: deep },
    );
    const socket = join(deep, "model.sock");
    expect((await stat(socket)).mode & 0o777).toBe(0o600);
    await doors.close();
    expect(existsSync(socket)).toBe(false);
  });
});
