// The stand-in as a process: one line when it is ready, a clean end, and a restart that goes on.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";

const Ready = z.object({
  url: z.url(),
  app_id: z.number(),
  private_key_path: z.string(),
  webhook_secret: z.string(),
});

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "stand-in-program-"));
});

afterAll(() => rm(dir, { recursive: true, force: true }));

async function run() {
  const main = new URL("../../../demo/github/main.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [main, "--port", "0", "--data", dir], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(createInterface(child.stdout), "line");
  const ready = Ready.parse(JSON.parse(z.string().parse(line)));
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    const [code] = await once(child, "exit");
    return code;
  };
  return { ready, end };
}

test("starts, is seeded, is killed, goes on, ends", async () => {
  const first = await run();
  expect(await readFile(first.ready.private_key_path, "utf8")).toContain("PRIVATE KEY");
  const act = async (url: string, path: string, body: object) => {
    const response = await fetch(`${url}/_demo/${path}`, { method: "POST", body: JSON.stringify(body) });
    expect(response.status).toBe(200);
    return response.json();
  };
  await act(first.ready.url, "repositories", { name: "acme/shop" });
  await act(first.ready.url, "installations", { account: "acme" });
  await act(first.ready.url, "permissions", { repo: "acme/shop", login: "alice", role: "write" });
  await act(first.ready.url, "issues", { repo: "acme/shop", title: "A", author: "alice" });
  await first.end("SIGKILL");

  const second = await run();
  expect(second.ready).toMatchObject({
    app_id: first.ready.app_id,
    webhook_secret: first.ready.webhook_secret,
  });
  const made = await act(second.ready.url, "comments", {
    repo: "acme/shop",
    number: 1,
    author: "alice",
    body: "hi",
  });
  expect(made).toMatchObject({ number: 1 });
  const page = await fetch(`${second.ready.url}/_demo/events`);
  expect(page.status).toBe(200);
  expect(await second.end("SIGTERM")).toBe(0);
});

test("says what is wrong with an act", async () => {
  const { ready, end } = await run();
  const response = await fetch(`${ready.url}/_demo/issues`, {
    method: "POST",
    body: JSON.stringify({ repo: "acme/shop" }),
  });
  expect(response.status).toBe(422);
  expect(await response.text()).toContain("title");
  expect(await end("SIGTERM")).toBe(0);
});
