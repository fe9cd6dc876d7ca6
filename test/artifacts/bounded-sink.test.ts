import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createSink } from "../../src/artifacts/bounded-sink.ts";
import { createRedactor } from "../../src/redact.ts";
import { temporaryFolder } from "../temp-folder.ts";

const folder = await temporaryFolder();
let files = 0;

function written(chunks: Iterable<string>, maxChars = 200_000, secret?: string): string {
  const path = join(folder, String(++files));
  const redactor = createRedactor();
  if (secret !== undefined) redactor.register(secret, "TEST");
  const sink = createSink(path, redactor.stream(), maxChars);
  for (const chunk of chunks) sink.write(chunk);
  sink.close();
  return readFileSync(path, "utf8");
}

describe("a growing file", () => {
  test("holds what was written", () => {
    expect(written(["one\n", "two\n"])).toBe("one\ntwo\n");
    expect(written([])).toBe("");
  });

  test("keeps the start and the end of what is too long, and says what is missing", () => {
    const lines = Array.from({ length: 100_000 }, (_, at) => `line ${at}\n`);
    const text = written(lines, 50_000);
    expect(text).toMatch(/^line 0\nline 1\n/);
    expect(text).toMatch(/line 99999\n$/);
    expect(text).toMatch(/\n\[cut: \d+ characters are missing here\]\n/);
    expect(text.length).toBeLessThan(50_100);
    const missing = Number(/\[cut: (\d+)/.exec(text)?.[1]);
    const note = /\n\[cut: .*\]\n/.exec(text)?.[0].length ?? 0;
    expect(text.length - note + missing).toBe(lines.join("").length);
  });

  test("masks a secret that comes in pieces, at the cut too", () => {
    const secret = "hunter2-hunter2-hunter2";
    const text = written(["before ", ...secret.split(""), " after"], 200_000, secret);
    expect(text).toBe("before [redacted:TEST] after");
    const long = written(["x".repeat(60_000), ...secret.split(""), "y".repeat(19_990)], 40_000, secret);
    expect(long).not.toContain("hunter2");
  });

  test("is never written through a link that lies in its place", () => {
    const target = join(folder, "target");
    const link = join(folder, "link");
    writeFileSync(target, "untouched");
    symlinkSync(target, link);
    expect(() => createSink(link, createRedactor().stream(), 1000)).toThrow("ELOOP");
    expect(readFileSync(target, "utf8")).toBe("untouched");
  });
});
