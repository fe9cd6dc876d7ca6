// Several real processes on one folder, ended at any instant, and a disk that is really full.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { listChains } from "../../src/audit/folder.ts";
import { verifyAudit } from "../../src/audit/verify.ts";
import { temporaryFolder } from "../temp-folder.ts";
import type { Order } from "./process.ts";

const root = await temporaryFolder();
/** Debian's util-linux, which every system has. */
const prlimit = "prlimit";
const program = join(import.meta.dirname, "process.ts");

/** Starts the process; `before` are words that go before its command. */
function start(folder: string, before: string[] = []) {
  const [file, ...args] = [...before, process.execPath, program, folder];
  const child: ChildProcessWithoutNullStreams = spawn(file ?? process.execPath, args);
  child.stderr.pipe(process.stderr);
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const exited = once(child, "exit");
  return {
    pid: child.pid ?? 0,
    tell: (order: Order) => void child.stdin.write(`${order}\n`),
    answer: async (): Promise<string | undefined> => (await answers.next()).value,
    async kill(): Promise<void> {
      child.kill("SIGKILL");
      await exited;
    },
    async close(): Promise<void> {
      child.stdin.write("close\n");
      await exited;
    },
  };
}

async function textOf(folder: string): Promise<string> {
  const { chains } = await listChains(folder);
  return (await Promise.all(chains.map(({ file }) => readFile(join(folder, file), "utf8")))).join("");
}

test("three at a time, each killed in the middle of its work: what was acknowledged is there, and all is sound", async () => {
  const folder = join(root, "killed");
  const acknowledged: string[] = [];
  async function life(name: string): Promise<void> {
    for (let round = 0; round < 3; round++) {
      const one = start(folder);
      for (let at = 0; at < 200; at++) one.tell(`record ${name}-${round}-${at}`);
      for (let at = 0; at < 20 + round * 17; at++) {
        const answer = await one.answer();
        if (answer?.startsWith("done ") === true) acknowledged.push(answer.slice(5));
      }
      await one.kill();
    }
  }
  await Promise.all(["a", "b", "c"].map(life));
  const last = start(folder);
  last.tell("record last");
  expect(await last.answer()).toBe("done last");
  await last.close();

  const verdict = await verifyAudit(folder);
  expect(verdict).toMatchObject({ ok: true, files: 10, problems: [] });
  const text = await textOf(folder);
  expect(acknowledged.length).toBeGreaterThan(300);
  expect(acknowledged.filter((job) => !text.includes(`"job_id":"${job}"`))).toEqual([]);
  // Each of the others is remembered by somebody: only the last one could be cut off unseen.
  expect(verdict.heads).toHaveLength(1);
});

test("a disk that is full takes part of a line: it is taken back, and what waited follows when there is room", async () => {
  const folder = join(root, "full");
  const limit = 4096;
  const one = start(folder, [prlimit, `--fsize=${limit}:unlimited`, "--"]);
  const answers: string[] = [];
  for (let at = 0; at < 6; at++) {
    one.tell(`record job-${at}`);
    answers.push((await one.answer()) ?? "");
  }
  expect(answers[0]).toBe("done job-0");
  expect(answers[5]).toMatch(/^done job-5, but: writing the audit log in .*: nothing is published until/);
  one.tell("insist publish-1");
  expect(await one.answer()).toMatch(/^refused publish-1: TransientError/);
  const { chains } = await listChains(folder);
  expect((await stat(join(folder, chains[0]?.file ?? ""))).size).toBeLessThan(limit);
  expect(await verifyAudit(folder)).toMatchObject({ ok: true, notes: [] });

  await once(spawn(prlimit, ["--pid", String(one.pid), "--fsize=unlimited:unlimited"]), "exit");
  one.tell("insist publish-2");
  expect(await one.answer()).toMatch(/^done publish-2/);
  await one.close();
  expect(await verifyAudit(folder)).toMatchObject({ ok: true, files: 1, notes: [] });
  const jobs = [...(await textOf(folder)).matchAll(/"job_id":"([^"]+)"/g)].map(([, job]) => job);
  expect(jobs).toEqual(["job-0", "job-1", "job-2", "job-3", "job-4", "job-5", "publish-2"]);
});
