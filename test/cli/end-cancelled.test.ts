// Cancelled jobs without an end are ended, once, and nothing is read again for those that have one.
import { expect, test } from "vitest";
import { createEndCancelled } from "../../src/cli/end-cancelled.ts";
import { newJobState } from "../../src/job/job-state.ts";
import { specOf } from "../publisher/job.ts";

function createCancelled(ids: string[]) {
  const line = [...ids];
  const finished = new Set<string>();
  const read: string[] = [];
  const ended: string[] = [];
  const tickets = () =>
    line.map((id) => ({
      id,
      key: id,
      payload: specOf({ job_id: id }),
      priority: 5,
      state: "cancelled" as const,
      enqueuedAt: new Date(0),
      notBefore: undefined,
      attempts: 1,
      crashes: 1,
      note: `by @ann: ${id.slice(-1)}`,
    }));
  const none = { pending: 0, running: 0, done: 0, failed: 0, awaiting_approval: 0 };
  const look = createEndCancelled({
    jobs: {
      list: async (_state, { after, limit = 100 } = {}) => {
        const from = after === undefined ? 0 : line.indexOf(after) + 1;
        return tickets().slice(from, from + limit);
      },
      counts: async () => ({ ...none, cancelled: line.length }),
    },
    artifacts: {
      async readState(id) {
        read.push(id);
        const state = newJobState(specOf({ job_id: id }), "2026-03-04T05:00:00.000Z");
        return { ...state, phase: finished.has(id) ? "finished" : "running" };
      },
    },
    async end(id, note) {
      ended.push(`${id.slice(-4)} ${note}`);
      finished.add(id);
    },
  });
  return { look, line, finished, read, ended };
}

const id = (at: number) => at.toString(16).padStart(32, "0");

test("each that has no end gets one, and is looked at only once", async () => {
  const ids = Array.from({ length: 250 }, (_, at) => id(at));
  const { look, line, finished, read, ended } = createCancelled(ids);
  for (const one of ids.slice(2)) finished.add(one);
  expect(await look()).toBe(2);
  expect(ended).toEqual(["0000 by @ann: 0", "0001 by @ann: 1"]);
  expect(read).toHaveLength(250);
  expect(await look()).toBe(0);
  expect(read).toHaveLength(250);
  line.unshift(id(999));
  expect(await look()).toBe(1);
  expect(ended.at(-1)).toBe("03e7 by @ann: 7");
  expect(read).toHaveLength(251);
});
