// The comments of waiting jobs: edited for their place on change only, a minute apart, a few at a time.
import { expect, test } from "vitest";
import { createTellPlaces } from "../../src/cli/tell-places.ts";
import type { Intent } from "../../src/job/intent.ts";
import type { Publication } from "../../src/job/publication.ts";
import { specOf } from "../publisher/job.ts";

const start = Date.parse("2026-03-04T05:00:00Z");

function createLine(ids: string[]) {
  let nowMs = start;
  const line = [...ids];
  const said = new Map(ids.map((id) => [id, start]));
  const asked: string[] = [];
  let estimate: Date | undefined;
  const look = createTellPlaces({
    jobs: {
      list: async () =>
        line.map((id) => ({
          id,
          key: id,
          payload: specOf({ job_id: id }),
          priority: 5,
          state: "pending",
          enqueuedAt: new Date(start),
          notBefore: undefined,
          attempts: 0,
          crashes: 0,
          note: undefined,
        })),
      position: async (id) => line.indexOf(id),
      estimateStart: async () => estimate,
    },
    outbox: {
      async enqueue({ payload }: { payload: Intent }) {
        if (payload.kind !== "progress") throw new Error("not about progress");
        asked.push(payload.job_id);
        said.set(payload.job_id, nowMs);
        return "queued";
      },
    },
    artifacts: {
      async readPublication(id): Promise<Publication | undefined> {
        const at = said.get(id);
        if (at === undefined) return undefined;
        const nothing = { comment: null, branch: null, pull_request: null, final: false };
        return {
          schema_version: "2.0",
          job_id: id,
          epoch: 0,
          ...nothing,
          updated_at: new Date(at).toISOString(),
        };
      },
    },
    clock: () => new Date(nowMs),
  });
  return {
    line,
    said,
    estimate: (is: Date) => void (estimate = is),
    async after(sec: number): Promise<string[]> {
      nowMs += sec * 1000;
      asked.length = 0;
      await look();
      return [...asked];
    },
  };
}

const id = (n: number) => n.toString(16).padStart(32, "0");

test("only once the comment is a minute old, and then on change only", async () => {
  const queue = createLine([id(1), id(2)]);
  expect(await queue.after(59)).toEqual([]);
  expect(await queue.after(1)).toEqual([id(1), id(2)]);
  expect(await queue.after(60)).toEqual([]);
  queue.line.shift();
  expect(await queue.after(60)).toEqual([id(2)]);
  queue.estimate(new Date("2026-03-04T06:00:00Z"));
  expect(await queue.after(30)).toEqual([]);
  expect(await queue.after(30)).toEqual([id(2)]);
  // Minutes within the same ten are no news.
  queue.estimate(new Date("2026-03-04T06:07:00Z"));
  expect(await queue.after(60)).toEqual([]);
});

test("a few at a time in a long queue, the next ones first, and none before its first word", async () => {
  const ids = Array.from({ length: 20 }, (_, n) => id(n + 1));
  const queue = createLine(ids);
  queue.said.delete(id(1));
  expect(await queue.after(60)).toEqual(ids.slice(1, 7));
  expect(await queue.after(60)).toEqual(ids.slice(7, 13));
});
