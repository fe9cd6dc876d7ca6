import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { type Entry, type Head, readEntry, seal } from "../../src/audit/entry.ts";
import { verifyAudit } from "../../src/audit/verify.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { createWriter } from "./writer.ts";

const folder = await temporaryFolder();
const sound = join(folder, "sound");
const changed = join(folder, "changed");
/** By name; the last one was opened last and is remembered by nobody. */
let files: string[];
let contents: string[];
let anchors: Head[];

beforeAll(async () => {
  const first = createWriter(sound);
  await first.note("job-1", { command: "/agent fix the flaky login test" });
  await first.note("job-1", { command: "/agent ünïcödé \u0000 \ud800" });
  const second = createWriter(sound);
  await second.note("job-2");
  first.wait();
  await first.note("job-3");
  second.wait();
  await second.note("job-4");
  await first.close();
  await second.close();
  const third = createWriter(sound);
  for (const job of ["job-5", "job-6", "job-7"]) await third.note(job);
  files = (await readdir(sound)).toSorted();
  contents = await Promise.all(files.map((file) => readFile(join(sound, file), "utf8")));
  anchors = (await verifyAudit(sound)).heads;
  await cp(sound, changed, { recursive: true });
  return () => third.close();
});

test("a sound log is sound, and only its newest chain needs to be kept elsewhere", async () => {
  expect(await verifyAudit(sound, anchors)).toMatchObject({ ok: true, files: 3, problems: [], notes: [] });
  expect(anchors).toHaveLength(1);
  expect(files[2]).toContain(anchors[0]?.chain);
});

/** One thing that somebody does to one file. */
type Mutation =
  | { kind: "byte"; at: number; to: number }
  | { kind: "drop"; line: number }
  | { kind: "double"; line: number }
  | { kind: "swap"; line: number; with: number }
  | { kind: "truncate"; at: number }
  | { kind: "bring"; from: number; line: number; to: number }
  | { kind: "rewrite"; from: number; word: string }
  | { kind: "append"; text: string }
  | { kind: "delete" };

const place = fc.nat({ max: 100_000 });
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constant("byte" as const), at: place, to: fc.nat({ max: 255 }) }),
  fc.record({ kind: fc.constant("drop" as const), line: place }),
  fc.record({ kind: fc.constant("double" as const), line: place }),
  fc.record({ kind: fc.constant("swap" as const), line: place, with: place }),
  fc.record({ kind: fc.constant("truncate" as const), at: place }),
  fc.record({ kind: fc.constant("bring" as const), from: place, line: place, to: place }),
  fc.record({ kind: fc.constant("rewrite" as const), from: place, word: fc.string({ minLength: 1 }) }),
  fc.record({ kind: fc.constant("append" as const), text: fc.string({ minLength: 1 }) }),
  fc.constant({ kind: "delete" as const }),
);

/** What becomes of a file's bytes; undefined when it is gone. */
function mutate(index: number, change: Mutation): Buffer | undefined {
  const text = contents[index] ?? "";
  const lines = text.split("\n").slice(0, -1);
  const at = (number: number): number => number % lines.length;
  const joined = (changed: readonly (string | undefined)[]): Buffer => Buffer.from(`${changed.join("\n")}\n`);
  switch (change.kind) {
    case "byte": {
      const bytes = Buffer.from(text);
      bytes[change.at % bytes.length] = change.to;
      return bytes;
    }
    case "drop":
      return joined(lines.toSpliced(at(change.line), 1));
    case "double":
      return joined(lines.toSpliced(at(change.line), 0, lines[at(change.line)] ?? ""));
    case "swap": {
      const [one, other] = [at(change.line), at(change.with)];
      return joined(lines.with(one, lines[other] ?? "").with(other, lines[one] ?? ""));
    }
    case "truncate":
      return Buffer.from(text).subarray(0, change.at % Buffer.byteLength(text));
    case "bring": {
      const foreign = (contents[change.from % contents.length] ?? "").split("\n").slice(0, -1);
      return joined(lines.toSpliced(at(change.to), 0, foreign[change.line % foreign.length] ?? ""));
    }
    case "rewrite":
      return joined(rewritten(lines, at(change.from), change.word));
    case "append":
      return Buffer.from(text + change.text);
    case "delete":
      return undefined;
  }
}

/** A chain that is valid by itself and says something else from a line on. */
function rewritten(lines: readonly string[], from: number, word: string): string[] {
  const entries = lines.map((line) => readEntry(Buffer.from(line))).filter((entry) => entry !== undefined);
  let before: Entry | undefined = entries[from - 1];
  return lines.map((line, index) => {
    const entry = entries[index];
    if (!entry || index < from) return line;
    const { hash: _, ...body } = entry;
    const fields = index === from ? { ...body.fields, forged: word } : body.fields;
    const sealed = seal({ ...body, fields, prev: before?.hash ?? body.prev });
    before = sealed.entry;
    return sealed.line;
  });
}

async function verdictAfter(index: number, change: Mutation, heads: readonly Head[]) {
  const file = files[index] ?? "";
  const bytes = mutate(index, change);
  if (bytes?.toString("latin1") === Buffer.from(contents[index] ?? "").toString("latin1")) return undefined;
  try {
    if (bytes) await writeFile(join(changed, file), bytes);
    else await rm(join(changed, file));
    return { ...(await verifyAudit(changed, heads)), file };
  } finally {
    await writeFile(join(changed, file), contents[index] ?? "");
  }
}

describe("any single change is found", () => {
  test("with the head that was kept elsewhere, in whatever file", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 2 }), mutation, async (index, change) => {
        const verdict = await verdictAfter(index, change, anchors);
        // What a killed process leaves after the last entry changes nothing that was said.
        if (!verdict || isTornTail(index, change)) return;
        expect(verdict.ok).toBe(false);
      }),
      { numRuns: 400 },
    );
  });

  test("by the others' word alone, in each chain but the newest", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 1 }), mutation, async (index, change) => {
        const verdict = await verdictAfter(index, change, []);
        if (!verdict || isTornTail(index, change)) return;
        expect(verdict.ok).toBe(false);
      }),
      { numRuns: 400 },
    );
  });
});

function isTornTail(index: number, change: Mutation): boolean {
  const start = (contents[index] ?? "").slice(0, 30);
  return (
    change.kind === "append" && !change.text.includes("\n") && start.startsWith(change.text.slice(0, 30))
  );
}

describe("it says where", () => {
  const cases: [string, number, Mutation, { line: number | null; text: RegExp }][] = [
    ["a removed line", 0, { kind: "drop", line: 1 }, { line: 2, text: /removed or moved/ }],
    ["a doubled line", 0, { kind: "double", line: 1 }, { line: 3, text: /inserted or moved/ }],
    [
      "a rewritten chain",
      0,
      { kind: "rewrite", from: 1, word: "x" },
      { line: 3, text: /the chain was rewritten/ },
    ],
    [
      "a removed file",
      0,
      { kind: "delete" },
      { line: null, text: /is gone; it had \d entries by the word of/ },
    ],
    [
      "another chain's line",
      1,
      { kind: "bring", from: 0, line: 0, to: 1 },
      { line: 2, text: /belongs to the chain/ },
    ],
  ];
  test.each(cases)("%s", async (_, index, change, wanted) => {
    const verdict = await verdictAfter(index, change, anchors);
    const found = verdict?.problems.filter(
      ({ line, text }) => line === wanted.line && wanted.text.test(text),
    );
    expect({ problems: verdict?.problems, found: found?.length }).toMatchObject({ found: 1 });
    const chain = files[index]?.slice(-38, -6) ?? "";
    expect(found?.[0]?.file).toContain(chain);
  });

  test("a changed word", async () => {
    const at = Buffer.from(contents[0] ?? "").indexOf("flaky");
    const verdict = await verdictAfter(0, { kind: "byte", at, to: 70 }, []);
    expect(verdict?.problems).toEqual([{ file: files[0], line: 2, text: "is not as it was written" }]);
  });

  test("an end that was cut off, by whom it is remembered", async () => {
    const size = Buffer.byteLength(contents[0] ?? "");
    const verdict = await verdictAfter(0, { kind: "truncate", at: size - 1 }, []);
    expect(verdict?.problems).toMatchObject([
      { file: files[0], line: null, text: expect.stringContaining("cut off") },
    ]);
    expect(verdict?.problems[0]?.text).toMatch(/\.jsonl, line \d remembers entry/);
  });
});

test("a copy under another name, a link and a folder in a file's place are no chains", async () => {
  const copied = join(folder, "copied");
  await cp(sound, copied, { recursive: true });
  const [first = "", second = ""] = files;
  await cp(join(copied, first), join(copied, first.replace(/^\d{4}/, "2099")));
  await rm(join(copied, second));
  await mkdir(join(copied, second));
  await writeFile(join(copied, "notes.txt"), "x");
  const { ok, problems, notes } = await verifyAudit(copied);
  expect(ok).toBe(false);
  expect(problems.map(({ text }) => text).join("\n")).toMatch(/is a copy of/);
  expect(problems.find(({ file }) => file === second)?.text).toMatch(/can't be read/);
  expect(notes).toMatchObject([{ file: "notes.txt" }]);
});

test("a chain under another time's name was renamed", async () => {
  const renamed = join(folder, "renamed");
  await cp(sound, renamed, { recursive: true });
  const [first = ""] = files;
  const later = first.replace(/^\d{4}/, "2099");
  await rename(join(renamed, first), join(renamed, later));
  const { problems } = await verifyAudit(renamed);
  expect(problems).toEqual([{ file: later, line: 1, text: `was opened as ${first}: the file was renamed` }]);
});

test("a folder without a chain proves nothing", async () => {
  const empty = join(folder, "empty");
  await mkdir(empty);
  for (const path of [join(folder, "none"), empty]) {
    const { ok, files: found, problems } = await verifyAudit(path);
    expect({ ok, found }).toEqual({ ok: false, found: 0 });
    expect(problems).toMatchObject([{ file: path, text: expect.stringContaining("holds no entry") }]);
  }
  expect((await verifyAudit(join(folder, "none"), anchors)).problems).toHaveLength(2);
});
