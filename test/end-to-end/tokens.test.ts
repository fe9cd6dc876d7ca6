// The token that can push: it does not exist while an agent runs, can do nothing else, and is gone when it has pushed.
import { afterAll, beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../temp-folder.ts";
import { createWorld, type World } from "./world.ts";

interface Seen {
  token: string;
  permissions: Record<string, string | undefined>;
  repositories: number[] | null;
  atMs: number;
}

let world: World;
const seen = new Map<string, Seen>();

beforeAll(async () => {
  world = await createWorld(await temporaryFolder());
  world.standIn.subscribe(() => {
    for (const { token, permissions, repository_ids: repositories } of world.standIn.state.tokens) {
      if (!seen.has(token)) seen.set(token, { token, permissions, repositories, atMs: Date.now() });
    }
  });
  await world.start();
});
afterAll(() => world.stop());

test("reads before the agents begin, writes after they have ended, and is revoked", async () => {
  const number = await world.openIssue();
  await world.comment(number, "/agent raise the number of tries");
  const [job = ""] = await world.published();
  const result = world.result(job);
  const ends = result?.steps.map((step) => Date.parse(step.finished_at ?? "")) ?? [];
  const starts = result?.steps.map((step) => Date.parse(step.started_at)) ?? [];

  const forGit = [...seen.values()].filter(({ permissions }) => permissions["contents"] !== undefined);
  const ofOneRepository = forGit.filter(({ repositories }) => repositories?.length === 1);
  const reading = ofOneRepository.filter(({ permissions }) => permissions["contents"] === "read");
  const writing = ofOneRepository.filter(({ permissions }) => permissions["contents"] === "write");
  expect(reading.length).toBeGreaterThan(0);
  expect(writing).toHaveLength(1);
  for (const { permissions } of [...reading, ...writing]) {
    expect(Object.keys(permissions).filter((name) => name !== "contents" && name !== "metadata")).toEqual([]);
  }
  expect(Math.min(...reading.map(({ atMs }) => atMs))).toBeLessThanOrEqual(Math.min(...starts));
  expect(writing[0]?.atMs).toBeGreaterThanOrEqual(Math.max(...ends));

  const revoked = (): boolean => !world.standIn.state.tokens.some(({ token }) => token === writing[0]?.token);
  await world.until(() => (revoked() ? true : undefined), "the token to be revoked");
  const answer = await fetch(`${world.standIn.url}/api/v3/installation/repositories`, {
    headers: { authorization: `token ${writing[0]?.token}` },
  });
  expect(answer.status).toBe(401);
});
