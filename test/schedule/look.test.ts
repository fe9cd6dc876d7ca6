// What is due becomes a job once, whatever goes wrong around it.
import { mkdir, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pino } from "pino";
import { expect, test } from "vitest";
import { z } from "zod";
import type { QueueState } from "../../src/job/queue-state.ts";
import { createLook, type Missed } from "../../src/schedule/look.ts";
import { openScheduleStates } from "../../src/schedule/schedule-state.ts";
import { specOf } from "../publisher/job.ts";
import { temporaryFolder } from "../temp-folder.ts";

const root = await temporaryFolder();
let rooms = 0;

async function createRoom(begin = "2026-03-04T05:00:30Z") {
  rooms += 1;
  const folder = join(root, String(rooms), "schedules");
  const stateFolder = join(root, String(rooms), "state");
  await mkdir(folder, { recursive: true });
  const room = {
    now: new Date(begin),
    problems: undefined as string[] | undefined,
    broken: false,
    /** Jobs by id, as their queue has them. */
    jobs: new Map<string, QueueState>(),
    /** The time for which each job was made. */
    dues: [] as string[],
    missed: [] as Missed[],
    warnings: [] as string[],
    states: openScheduleStates(stateFolder),
    stateFolder,
    folder,
    async write(file: string, content: unknown, changed = "2026-03-01T00:00:00Z"): Promise<void> {
      const path = join(folder, file);
      await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
      await utimes(path, new Date(changed), new Date(changed));
    },
    schedule: (schedule: string, more: object = {}) => ({
      id: "nightly",
      schedule,
      payload: { project: "shop", goal: "tidy up" },
      ...more,
    }),
    /** Another process, or this one after a restart. */
    open: () =>
      createLook({
        folder,
        states: room.states,
        async specFor({ goal }, { jobId, source }) {
          if (room.broken) throw new Error("the disk is full");
          if (room.problems) return { problems: room.problems };
          return { spec: specOf({ job_id: jobId, goal, source }) };
        },
        async submit({ job_id: id, source }) {
          if (room.jobs.has(id)) return;
          room.jobs.set(id, "done");
          room.dues.push(z.string().parse(source.meta["due"]).slice(11, 16));
        },
        stateOf: async (id) => room.jobs.get(id),
        async onMissed(missed) {
          room.missed.push(missed);
        },
        clock: () => room.now,
        log: pino({}, { write: (line: string) => void room.warnings.push(line) }),
      }),
    at(time: string): void {
      room.now = new Date(`2026-03-04T${time}Z`);
    },
  };
  return room;
}

test("each time that it is due makes one job", async () => {
  const room = await createRoom();
  await room.write("nightly.json", room.schedule("*/10 * * * *"));
  const look = room.open();
  for (const time of ["05:00:45", "05:09:00", "05:10:00", "05:10:20", "05:11:00", "05:20:00.003"]) {
    room.at(time);
    await look();
  }
  expect(room.dues).toEqual(["05:00", "05:10", "05:20"]);
});

test("what was missed is caught up once, with its last time", async () => {
  const room = await createRoom();
  await room.write("nightly.json", room.schedule("*/10 * * * *"));
  room.at("05:00:10");
  await room.open()();
  room.at("07:34:56");
  const look = room.open();
  await look();
  await look();
  expect(room.dues).toEqual(["05:00", "07:30"]);
});

test("a new file's past is past, but the minute in which it came counts", async () => {
  const room = await createRoom();
  await room.write("old.json", room.schedule("0 4 * * *", { id: "old" }));
  await room.write("new.json", room.schedule("0 5 * * *", { id: "new" }), "2026-03-04T04:59:40Z");
  room.at("05:00:00.010");
  await room.open()();
  expect(room.dues).toEqual(["05:00"]);
});

test("a file from the future of this clock runs nothing before its time, and is no trap", async () => {
  const room = await createRoom();
  await room.write("nightly.json", room.schedule("*/10 * * * *"), "2026-03-05T00:00:00Z");
  const look = room.open();
  await look();
  room.at("05:10:00");
  await look();
  expect(room.dues).toEqual(["05:10"]);
});

test("two processes and a crash before the note make one job", async () => {
  const room = await createRoom();
  await room.write("nightly.json", room.schedule("* * * * *"));
  await Promise.all([room.open()(), room.open()(), room.open()()]);
  expect(room.dues).toEqual(["05:00"]);
  await rm(room.stateFolder, { recursive: true });
  await room.open()();
  expect(room.dues).toEqual(["05:00"]);
});

test.each(["pending", "running", "awaiting_approval"] as const)(
  "while the last job is %s the next time is skipped, which is told once",
  async (state) => {
    const room = await createRoom();
    await room.write("nightly.json", room.schedule("* * * * *"));
    const look = room.open();
    await look();
    const [id = ""] = room.jobs.keys();
    room.jobs.set(id, state);
    room.at("05:01:00");
    await look();
    await look();
    expect(room.missed).toEqual([
      {
        schedule: "nightly",
        due: "2026-03-04T05:01:00.000Z",
        outcome: "skipped",
        reason: `its job ${id} has not ended: it is ${state}`,
      },
    ]);
    room.jobs.set(id, "done");
    room.at("05:02:00");
    await look();
    expect(room.dues).toEqual(["05:00", "05:02"]);
    expect((await room.states.read("nightly"))?.counts).toEqual({ queued: 2, skipped: 1, refused: 0 });
  },
);

test("what can't be a job is told and not tried again for the same time", async () => {
  const room = await createRoom();
  await room.write("nightly.json", room.schedule("* * * * *"));
  room.problems = ['payload.project: "shop" is not in PROJECT_ALIASES'];
  const look = room.open();
  await look();
  await look();
  expect(room.missed.map(({ outcome, reason }) => `${outcome}: ${reason}`)).toEqual([
    'refused: payload.project: "shop" is not in PROJECT_ALIASES',
  ]);
  room.problems = undefined;
  room.at("05:01:00");
  await look();
  expect(room.dues).toEqual(["05:01"]);
});

test("what fails for a moment is tried again", async () => {
  const room = await createRoom();
  await room.write("nightly.json", room.schedule("* * * * *"));
  room.broken = true;
  const look = room.open();
  await look();
  expect(room.warnings.join("")).toContain("the disk is full");
  room.broken = false;
  await look();
  expect(room.dues).toEqual(["05:00"]);
});

test("a changed, a disabled and an enabled file begin anew", async () => {
  const room = await createRoom();
  const look = room.open();
  await room.write("nightly.json", room.schedule("0 5 * * *"));
  await look();
  room.at("06:30:00");
  // It was due at six, had it said so then.
  await room.write("nightly.json", room.schedule("0 6 * * *"), "2026-03-04T06:29:00Z");
  await look();
  await room.write("nightly.json", room.schedule("0 7 * * *", { enabled: false }));
  room.at("07:30:00");
  await look();
  await room.write("nightly.json", room.schedule("0 7 * * *"), "2026-03-04T07:30:00Z");
  room.at("07:31:00");
  await look();
  expect(room.dues).toEqual(["05:00"]);
});

test("a file that is wrong is left out and told once; the others run", async () => {
  const room = await createRoom();
  await room.write("a.json", "{ not json");
  await room.write("b.json", room.schedule("61 * * * *", { id: "b" }));
  await room.write("c.json", room.schedule("* * * * *", { id: "c", payload: { goal: "no project" } }));
  await room.write("d.json", room.schedule("* * * * *", { id: "../d" }));
  await room.write("e.json", room.schedule("* * * * *", { id: "nightly", extra: 1 }));
  await room.write("y.json", room.schedule("* * * * *"));
  await room.write("z.json", room.schedule("* * * * *"));
  const look = room.open();
  await look();
  await look();
  const told = room.warnings.filter((line) => line.includes("not valid"));
  expect(told).toHaveLength(6);
  expect(told.join("")).toMatch(/b\.json: schedule: .*c\.json: payload\.project: .*d\.json: id: /s);
  expect(told.join("")).toMatch(/e\.json: extra: there is no such field.*z\.json: id: .*taken by y\.json/s);
  expect(room.dues).toEqual(["05:00"]);
});
