import {
  appendFile,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openChainFile } from "../../src/audit/chain-file.ts";
import { type Entry, readEntry } from "../../src/audit/entry.ts";
import { listChains } from "../../src/audit/folder.ts";
import { verifyAudit } from "../../src/audit/verify.ts";
import { TransientError } from "../../src/errors.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { createWriter } from "./writer.ts";

const root = await temporaryFolder();
let count = 0;
const newFolder = (): string => join(root, `audit-${++count}`);

async function entriesOf(folder: string): Promise<Entry[]> {
  const { chains } = await listChains(folder);
  const texts = await Promise.all(chains.map(({ file }) => readFile(join(folder, file), "utf8")));
  const lines = texts.flatMap((text) => text.split("\n").filter((line) => line !== ""));
  return lines.map((line) => readEntry(Buffer.from(line))).filter((entry) => entry !== undefined);
}

async function jobsIn(folder: string): Promise<unknown[]> {
  const entries = await entriesOf(folder);
  return entries.filter((entry) => entry.kind === "job_queued").map((entry) => entry.fields["job_id"]);
}

describe("an event", () => {
  test("is on the disk when its promise resolves, in order, with who wrote it first", async () => {
    const folder = newFolder();
    const audit = createWriter(folder);
    await audit.note("job-1");
    await Promise.all(["job-2", "job-3", "job-4"].map((job) => audit.note(job)));
    expect((await entriesOf(folder)).map(({ seq, kind }) => [seq, kind])).toEqual([
      [0, "chain_opened"],
      [1, "job_queued"],
      [2, "job_queued"],
      [3, "job_queued"],
      [4, "job_queued"],
    ]);
    expect(await jobsIn(folder)).toEqual(["job-1", "job-2", "job-3", "job-4"]);
    expect((await entriesOf(folder))[0]?.fields).toMatchObject({ process: { pid: 1 }, heads: [] });
    await audit.close();
    expect((await entriesOf(folder)).at(-1)).toMatchObject({ kind: "chain_closed", seq: 5 });
  });

  test("is masked as it is written, in names and lists too, and only its owner can read it", async () => {
    const folder = newFolder();
    const audit = createWriter(folder);
    await audit.record({
      kind: "asked",
      fields: { command: "/agent use s3cret-value", deep: [{ "s3cret-value": "as s3cret-value" }] },
    });
    const [file = ""] = await readdir(folder);
    const text = await readFile(join(folder, file), "utf8");
    expect(text).not.toContain("s3cret-value");
    expect(text.match(/\[redacted:TEST\]/g)).toHaveLength(3);
    expect(((await stat(join(folder, file))).mode & 0o777).toString(8)).toBe("600");
    expect(((await stat(folder)).mode & 0o777).toString(8)).toBe("700");
    await audit.close();
  });

  test("that is too long keeps its job and says so", async () => {
    const folder = newFolder();
    const audit = createWriter(folder);
    await audit.record({ kind: "asked", fields: { job_id: "job-1", command: "x".repeat(80_000) } });
    const many = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`f${at}`, "y".repeat(60_000)]));
    await audit.record({ kind: "asked", fields: { job_id: "job-2", ...many } });
    const [, cut, dropped] = await entriesOf(folder);
    expect(cut?.fields["command"]).toEqual(expect.stringMatching(/^x{70000} \[cut: 10000 characters\]$/));
    expect(dropped?.fields).toEqual({
      job_id: "job-2",
      too_long: expect.stringMatching(/^6\d{5} characters/),
    });
    await audit.close();
    expect((await verifyAudit(folder)).ok).toBe(true);
  });
});

test("nothing to tell leaves no file", async () => {
  const folder = newFolder();
  await createWriter(folder).close();
  await expect(readdir(folder)).rejects.toThrow("ENOENT");
});

describe("the others' heads", () => {
  test("are remembered at the start, after a while, and after many entries", async () => {
    const folder = newFolder();
    const one = createWriter(folder);
    await one.note("job-1");
    const two = createWriter(folder);
    await two.note("job-2");
    for (let at = 0; at < 40; at++) await one.note(`job-1-${at}`);
    two.wait();
    await two.note("job-3");
    const heads = (await entriesOf(folder)).filter(
      ({ fields }) => JSON.stringify(fields["heads"] ?? []) !== "[]",
    );
    expect(heads.map(({ kind }) => kind)).toEqual(["heads", "chain_opened", "heads"]);
    await one.close();
    await two.close();
    expect(await verifyAudit(folder)).toMatchObject({ ok: true, problems: [] });
  });

  test("a chain of many before it is remembered by the next one alone: files don't grow with their number", async () => {
    const folder = newFolder();
    const longAgo = new Date(Date.now() - 86_400_000);
    for (let at = 0; at < 5; at++) {
      const audit = createWriter(folder, { clock: () => new Date(longAgo.getTime() + at * 3_600_000) });
      await audit.note(`job-${at}`);
      await audit.close();
      // Written an hour after the one before it.
      const { chains } = await listChains(folder);
      const time = new Date(longAgo.getTime() + at * 3_600_000);
      await utimes(join(folder, chains.at(-1)?.file ?? ""), time, time);
    }
    const openings = (await entriesOf(folder)).filter(({ kind }) => kind === "chain_opened");
    expect(
      openings.map(({ fields }) => (Array.isArray(fields["heads"]) ? fields["heads"].length : -1)),
    ).toEqual([0, 1, 1, 1, 1]);
    const verdict = await verifyAudit(folder);
    expect(verdict).toMatchObject({ ok: true, files: 5 });
    expect(verdict.heads).toHaveLength(1);
  });

  test("that are gone or damaged are told while the process runs", async () => {
    const folder = newFolder();
    const one = createWriter(folder);
    await one.note("job-1");
    await one.close();
    const [file = ""] = await readdir(folder);
    const two = createWriter(folder);
    await two.note("job-2");
    await rm(join(folder, file));
    two.wait();
    await two.note("job-3");
    expect(two.said.join("\n")).toMatch(/removed or shortened/);
    await two.close();
    const { problems } = await verifyAudit(folder);
    expect(problems).toMatchObject([{ text: expect.stringMatching(/^is gone/) }]);
  });
});

describe("a process that was ended while it wrote", () => {
  test("leaves a torn line, which is told, and the next process goes on from the entry before it", async () => {
    const folder = newFolder();
    const one = createWriter(folder);
    await one.note("job-1");
    const [file = ""] = await readdir(folder);
    const whole = (await stat(join(folder, file))).size;
    await one.note("job-2");
    await truncate(join(folder, file), whole + 100);

    const two = createWriter(folder);
    await two.note("job-3");
    await two.close();
    const verdict = await verifyAudit(folder);
    expect(verdict).toMatchObject({
      ok: true,
      notes: [{ file, line: 3, text: "100 bytes of an entry: its process was ended while it wrote" }],
    });
    const opened = (await entriesOf(folder)).filter(({ kind }) => kind === "chain_opened")[1];
    expect(opened?.fields["heads"]).toMatchObject([{ seq: 1 }]);
    // From now on what was whole can't be cut any more.
    await truncate(join(folder, file), whole - 1);
    expect((await verifyAudit(folder)).problems).toMatchObject([
      { text: expect.stringContaining("cut off") },
    ]);
    await one.close();
  });

  test("zeros that a power cut left are torn too, anything else is not", async () => {
    const folder = newFolder();
    const one = createWriter(folder);
    await one.note("job-1");
    await one.close();
    const [file = ""] = await readdir(folder);
    await appendFile(join(folder, file), Buffer.alloc(300));
    expect(await verifyAudit(folder)).toMatchObject({ ok: true, notes: [{ line: 4 }] });
    await writeFile(join(folder, file), (await readFile(join(folder, file), "utf8")).replaceAll("\0", "!"));
    expect(await verifyAudit(folder)).toMatchObject({ ok: false, problems: [{ line: 4 }] });
  });
});

describe("its own file", () => {
  const ways: [string, (path: string) => Promise<void>][] = [
    ["removed", (path) => rm(path)],
    ["shortened", (path) => truncate(path, 10)],
    ["moved away", (path) => rename(path, `${path}.bak`)],
    ["lengthened", (path) => appendFile(path, "x")],
  ];
  test.each(ways)("%s while it runs: that is told, and a new chain says what there was", async (_, harm) => {
    const folder = newFolder();
    const audit = createWriter(folder);
    await audit.note("job-1");
    const [file = ""] = await readdir(folder);
    await harm(join(folder, file));
    await audit.note("job-2");
    expect(audit.said.join("\n")).toContain("a new chain goes on from it");
    expect(await jobsIn(folder)).toContain("job-2");
    await audit.close();
    const { ok, problems } = await verifyAudit(folder);
    expect(ok).toBe(false);
    expect(problems.some((problem) => problem.file.includes(file.slice(-38, -6)))).toBe(true);
  });
});

describe("a disk that refuses", () => {
  test("loses no job and publishes nothing unseen; what waited is written when there is room", async () => {
    const folder = newFolder();
    let full = false;
    const audit = createWriter(folder, {
      async openFile(...where) {
        const file = await openChainFile(...where);
        return {
          ...file,
          get head() {
            return file.head;
          },
          get broken() {
            return file.broken;
          },
          async append(events) {
            if (full) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
            await file.append(events);
          },
        };
      },
    });
    full = true;
    await audit.note("job-1");
    await expect(audit.insist({ kind: "publishing", fields: {} })).rejects.toThrow(TransientError);
    expect(audit.said.join("\n")).toContain("nothing is published until it can be written");
    full = false;
    await audit.insist({ kind: "publishing", fields: {} });
    expect((await entriesOf(folder)).map(({ kind }) => kind)).toEqual([
      "chain_opened",
      "job_queued",
      "publishing",
    ]);
    await audit.close();
    expect((await verifyAudit(folder)).ok).toBe(true);
  });
});
