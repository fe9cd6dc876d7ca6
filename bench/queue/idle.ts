// What a queue costs that has nothing to do, and what its length costs at the start and in memory.
import { join } from "node:path";
import { z } from "zod";
import { writeBacklog } from "./backlog-files.ts";
import { startChild } from "./child.ts";
import { median } from "./quantile.ts";

const Seen = z.object({
  openMs: z.number(),
  pending: z.number(),
  usedBytes: z.number(),
  residentBytes: z.number(),
  cpuMs: z.number(),
  wakeUps: z.number(),
});
type Seen = z.infer<typeof Seen>;

export interface IdleResult {
  seconds: number;
  idle: { name: string; cpuMs: number; wakeUps: number }[];
  /** Medians of several starts; the first is of an empty queue. */
  starts: { name: string; openMs: number; usedBytes: number; residentBytes: number }[];
}

async function observe(root: string, seconds: number): Promise<Seen> {
  const child = startChild("idle-process.ts", [root, String(seconds)], ["--expose-gc"]);
  try {
    return await child.next(Seen);
  } finally {
    await child.end();
  }
}

export async function measureIdle(folder: string, seconds: number): Promise<IdleResult> {
  const backlogs = [
    { name: "empty", pending: 0, done: 0 },
    { name: "100,000 pending", pending: 100_000, done: 0 },
    { name: "100,000 pending and 100,000 done", pending: 100_000, done: 100_000 },
  ].map((backlog, at) => ({ ...backlog, root: join(folder, `backlog-${at}`) }));
  for (const { root, pending, done } of backlogs) await writeBacklog(root, { pending, done });

  const starts: IdleResult["starts"] = [];
  for (const { name, root, pending } of backlogs) {
    const seen: Seen[] = [];
    for (let n = 0; n < 3; n += 1) seen.push(await observe(root, 0));
    if (seen.some((each) => each.pending !== pending)) throw new Error(`${name}: read as something else`);
    const middle = (field: "openMs" | "usedBytes" | "residentBytes"): number =>
      median(seen.map((each) => each[field]));
    starts.push({
      name,
      openMs: middle("openMs"),
      usedBytes: middle("usedBytes"),
      residentBytes: middle("residentBytes"),
    });
  }

  const [empty, , long] = backlogs;
  const idle = await Promise.all(
    [
      { name: "a Node process that does nothing", root: "" },
      { name: "an empty queue", root: empty?.root ?? "" },
      { name: "100,000 pending and 100,000 done", root: long?.root ?? "" },
    ].map(async ({ name, root }) => {
      const { cpuMs, wakeUps } = await observe(root, seconds);
      return { name, cpuMs, wakeUps };
    }),
  );
  return { seconds, idle, starts };
}
