// What people say about jobs that there are: apply, discard, cancel, status, from a comment to what GitHub shows.
import { existsSync, readFileSync, watch, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { processesOf } from "../../src/io/process-tree.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { createWorld, repo, type World } from "./world.ts";

const folder = await temporaryFolder();
const fixtures = join(import.meta.dirname, "..", "fixtures", "agents");
const gate = join(folder, "gate");
const boss = "boss";
let world: World;

beforeAll(async () => {
  const path = join(folder, "world");
  world = await createWorld(path, {
    ENABLE_REAL_CLI: "1",
    SANDBOX: "none",
    NETWORK_POLICY: "allow",
    ALLOWED_BINARIES: process.execPath,
    AGENTS_FILE: join(path, "agents.yml"),
  });
  await world.standIn.setPermission(repo, boss, "maintain");
  const agents = [
    ...["binary", "workflow"].map((name) => ({ name, args: [join(fixtures, "scripted.js"), name] })),
    { name: "waits", args: [join(fixtures, "waits-for-file.js"), gate] },
  ].map((agent) => ({ ...agent, binary: process.execPath }));
  writeFileSync(join(path, "agents.yml"), JSON.stringify(agents));
  await world.start();
});
afterAll(() => world.stop());

/** The body of our comment on an issue once it matches; `at` counts our comments there from 0. */
function said(number: number, pattern: RegExp, at = 0): Promise<string> {
  return world.until(
    () => {
      const body = world.ownComments(number)[at]?.body;
      return body !== undefined && pattern.test(body) ? body : undefined;
    },
    `${String(pattern)} in comment ${at} of #${number}`,
  );
}

/** Asks an agent whose change is held; resolves to the issue and the word that releases it. */
async function held(agent: string): Promise<{ number: number; word: string; job: string }> {
  const number = await world.openIssue();
  await world.comment(number, `/agent quick --agent ${agent}`);
  const body = await said(number, /✋/);
  const word = /`(\/agent apply [0-9a-f]{12})`/.exec(body)?.[1] ?? "";
  expect(word).not.toBe("");
  const job = /job `([0-9a-f]{32})`/.exec(body)?.[1] ?? "";
  return { number, word, job };
}

/** Resolves once the file is there; no line of a log tells it. */
async function appears(path: string): Promise<void> {
  const there = Promise.withResolvers<void>();
  const watcher = watch(dirname(path), () => existsSync(path) && there.resolve());
  if (existsSync(path)) there.resolve();
  await there.promise;
  watcher.close();
}

const thumbs = (commentId: number): number =>
  world.reactions().filter(({ subject_id, content }) => subject_id === commentId && content === "+1").length;

describe("a held patch", () => {
  test("is published by the word that its comment names, once", async () => {
    const { number, word, job } = await held("binary");
    expect(world.ownPulls()).toEqual([]);
    const asked = await world.comment(number, `${word}\n\nThanks!`);
    const body = await said(number, /✅ Pull request/);
    expect(body).toContain("released by maintainer");
    expect(world.ownComments(number)).toHaveLength(1);
    const [pull] = world.ownPulls();
    expect(await world.treeOf(pull?.pull?.head.ref ?? "")).toBe(world.result(job)?.patch?.tree);
    await world.until(() => (thumbs(asked.id) === 1 ? true : undefined), "the thumb");
    expect(world.result(job)).toMatchObject({ status: "success", decision: { kind: "applied" } });
    expect(existsSync(join(world.folder, "var", "queue", "awaiting_approval"))).toBe(true);

    const delivery = world.standIn.deliveries.findLast((one) => one.event === "issue_comment");
    if (!delivery) throw new Error("nothing was delivered");
    world.standIn.redeliver(delivery);
    await world.comment(number, "/agent apply");
    expect(await said(number, /No patch is held here/, 1)).toBeDefined();
    expect(world.ownPulls()).toHaveLength(1);
  });

  test("is dropped by discard, and then there is nothing to apply", async () => {
    const { number, job } = await held("binary");
    const pulls = world.ownPulls().length;
    await world.comment(number, "/agent discard");
    expect(await said(number, /🗑️ Discarded by maintainer/)).toContain("Nothing was pushed");
    expect(world.result(job)).toMatchObject({ status: "cancelled", decision: { kind: "discarded" } });
    await world.comment(number, "/agent apply");
    await said(number, /No patch is held here/, 1);
    expect(world.ownPulls()).toHaveLength(pulls);
  });

  test("of a workflow needs maintain, and what GitHub refuses stays held and is told", async () => {
    const { number, word } = await held("workflow");
    const pulls = world.ownPulls().length;
    await world.comment(number, word);
    await said(number, /only someone with maintain permission/, 1);
    await world.comment(number, word, boss);
    const reply = await said(number, /still held/, 2);
    expect(reply).toContain('"workflows" permission');
    expect(await said(number, /Not published/)).toContain("patch.diff");
    expect(world.ownPulls()).toHaveLength(pulls);
    await world.comment(number, "/agent status", boss);
    expect(await said(number, /\*\*held\*\*/, 3)).toContain(word);
    await world.comment(number, "/agent discard", boss);
    await said(number, /Discarded by boss/);
  });

  test("is nobody's to release who may not write", async () => {
    const { number, word } = await held("binary");
    const asked = await world.comment(number, word, "stranger");
    await world.until(
      () => world.reactions().find(({ subject_id, content }) => subject_id === asked.id && content === "-1"),
      "the 👎",
    );
    expect(await said(number, /✋/)).toContain(word);
  });
});

describe("cancel", () => {
  test("ends what was asked for a moment ago, whether it waits, is prepared or runs", async () => {
    const number = await world.openIssue();
    await world.comment(number, "/agent quick a\n\n/agent quick b");
    await world.until(() => world.ownComments(number)[1], "both comments");
    await world.comment(number, "/agent cancel");
    const ends = [0, 1].map((at) => said(number, /🚫 Cancelled|✅|is ready/, at));
    expect((await Promise.all(ends)).join("\n")).toContain("🚫 Cancelled");
  });

  test("ends a running job with its processes, and what waits behind it", async () => {
    const number = await world.openIssue();
    await world.comment(number, "/agent quick --agent waits");
    await appears(`${gate}.starts`);
    const job = /job `([0-9a-f]{32})`/.exec(await said(number, /job `/))?.[1] ?? "";
    expect(await processesOf(job)).not.toEqual([]);
    await world.comment(number, "/agent quick --agent waits again");
    await said(number, /queue/i, 1);

    const asked = await world.comment(number, "/agent cancel");
    await said(number, /🚫 Cancelled/, 0);
    await said(number, /🚫 Cancelled/, 1);
    expect(await processesOf(job)).toEqual([]);
    await world.until(() => (thumbs(asked.id) === 1 ? true : undefined), "the thumb");
    expect(world.ownComments(number)).toHaveLength(2);
    for (const id of (await world.jobs()).slice(-2)) expect(world.result(id)?.status).toBe("cancelled");

    await world.comment(number, "/agent cancel");
    await said(number, /Nothing runs or waits here/, 2);
  });
});

// The last one, since GitHub then speaks to the process that it starts.
describe("a job that waits for a person", () => {
  test("ends when nobody decides in time, and nobody else's does", async () => {
    const old = await held("binary");
    const young = await held("binary");
    const path = join(world.folder, "artifacts", old.job, "result.json");
    const result = z.looseObject({ finished_at: z.string() }).parse(JSON.parse(readFileSync(path, "utf8")));
    const long = new Date(Date.parse(result.finished_at) - 3 * 86_400_000).toISOString();
    writeFileSync(path, JSON.stringify({ ...result, finished_at: long }));
    await world.start("web", { APPROVAL_TTL_SEC: "172800" });
    expect(await said(old.number, /⌛ Expired: nobody decided within 2 days/)).toContain(
      "Nothing was pushed",
    );
    expect(world.result(old.job)).toMatchObject({ status: "cancelled", decision: { kind: "expired" } });
    await world.comment(old.number, old.word);
    await said(old.number, /No patch is held here/, 1);
    await world.comment(young.number, young.word);
    expect(await said(young.number, /✅ Pull request/)).toContain("released by maintainer");
  });
});
