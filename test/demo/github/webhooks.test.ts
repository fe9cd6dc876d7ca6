// Deliveries: signed, in order, never repeated by themselves, all of them told by the deliveries API.
import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createStandIn, type StandIn } from "../../../demo/github/stand-in.ts";
import { clientsOf, createSink, repo, signature, start } from "./harness.ts";

let standIn: StandIn;
let dir: string;
let end: () => Promise<void>;
let sink: Awaited<ReturnType<typeof createSink>>;

beforeEach(async () => {
  sink = await createSink();
  ({ standIn, dir, end } = await start({ webhookUrl: sink.url, deliveryTimeoutMs: 2_000 }));
  await standIn.settled();
});

afterEach(async () => {
  await end();
  await sink.stop();
});

test("signed, with the installation, in the order of what happened", async () => {
  const { number } = await standIn.openIssue({ repo, title: "A", author: "alice" });
  const { id } = await standIn.comment({ repo, number, author: "alice", body: "/agent grün" });
  await standIn.editComment({ repo, id, body: "/agent blau" });
  await standIn.deleteComment({ repo, id });
  await standIn.settled();
  const mine = sink.received.filter((hook) => hook.event.startsWith("issue"));
  expect(mine.map((hook) => hook.payload["action"])).toEqual(["opened", "created", "edited", "deleted"]);
  expect(new Set(mine.map((hook) => hook.guid)).size).toBe(4);
  for (const hook of mine) {
    expect(hook.headers["x-hub-signature-256"]).toBe(signature(standIn.app.webhookSecret, hook.body));
    expect(hook.payload["installation"]).toMatchObject({ id: expect.any(Number) });
  }
  expect(mine[2]?.payload["changes"]).toEqual({ body: { from: "/agent grün" } });
});

test("a failed or lost delivery stays failed until someone asks for it again", async () => {
  sink.answers.status = 500;
  const { number } = await standIn.openIssue({ repo, title: "A", author: "alice" });
  await standIn.settled();
  sink.answers.status = 202;
  standIn.faults.loseDelivery({ event: "issue_comment" });
  await standIn.comment({ repo, number, author: "alice", body: "/agent" });
  await standIn.settled();
  const { app } = await clientsOf(standIn);
  const { data } = await app.request("GET /app/hook/deliveries", { per_page: 1 });
  const [lost] = data;
  expect([lost?.event, lost?.status_code, lost?.redelivery]).toEqual(["issue_comment", 502, false]);
  const before = sink.received.length;
  await app.request("POST /app/hook/deliveries/{delivery_id}/attempts", { delivery_id: Number(lost?.id) });
  await standIn.settled();
  expect(sink.received.slice(before).map((hook) => hook.guid)).toEqual([lost?.guid]);
  const { data: latest } = await app.request("GET /app/hook/deliveries");
  expect(latest[0]).toMatchObject({ guid: lost?.guid, status_code: 202, redelivery: true });
  expect(latest.filter((one) => one.status_code === 500).map((one) => one.event)).toEqual(["issues"]);
});

test("the deliveries are listed in pages, newest first", async () => {
  for (const title of ["A", "B", "C"]) await standIn.openIssue({ repo, title, author: "alice" });
  await standIn.settled();
  const { app } = await clientsOf(standIn);
  const all = await app.paginate("GET /app/hook/deliveries", { per_page: 2 });
  const ids = all.map((one) => one.id);
  expect(ids).toEqual(ids.toSorted((a, b) => b - a));
  expect(ids).toHaveLength(standIn.deliveries.length);
});

test("a restart with the same folder goes on", async () => {
  const { number } = await standIn.openIssue({ repo, title: "A", author: "alice" });
  await standIn.settled();
  await standIn.stop();
  const again = await createStandIn({ dataDir: dir });
  try {
    expect(again.app).toEqual(standIn.app);
    expect(again.deliveries).toEqual(standIn.deliveries);
    const { id } = await again.comment({ repo, number, author: "alice", body: "still here" });
    expect(again.state.issues.some((issue) => issue.id === id)).toBe(false);
    const kept = JSON.parse(await readFile(`${dir}/state.json`, "utf8"));
    expect(kept).toMatchObject({ comments: [{ body: "still here" }] });
  } finally {
    await again.stop();
  }
});

test("nothing is sent where the App is not installed, or does not listen", async () => {
  await standIn.createRepository("umbrella/lab");
  await standIn.openIssue({ repo: "umbrella/lab", title: "A", author: "alice" });
  standIn.state.app.events = ["push"];
  await standIn.openIssue({ repo, title: "A", author: "alice" });
  await standIn.settled();
  expect(sink.received.filter((hook) => hook.event === "issues")).toEqual([]);
});
