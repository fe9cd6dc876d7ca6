// The lines that a diff shows, as git itself writes diffs.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { run } from "../../../src/io/exec.ts";
import { commentableLines } from "../../../src/publisher/review/commentable-lines.ts";
import { temporaryFolder } from "../../temp-folder.ts";

const folder = await temporaryFolder();

async function git(...args: string[]): Promise<Buffer> {
  const env = { PATH: process.env["PATH"] ?? "", HOME: folder };
  const identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
  return (await run("git", ["-C", folder, ...identity, ...args], { env, timeoutMs: 20_000 })).stdout;
}

async function write(files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

test("each hunk of each file, odd names, lines that look like headers, and nothing of a deleted file", async () => {
  const lines = Array.from({ length: 40 }, (_, at) => `line ${at + 1}`);
  const text = (): string => `${lines.join("\n")}\n`;
  await git("init", "--quiet");
  await write({ "a.txt": text(), "gone.txt": "x\n" });
  await git("add", ".");
  await git("commit", "--quiet", "-m", "one");
  lines[9] = "++ b/looks like a header";
  lines[29] = "changed";
  await write({ "a.txt": text(), 'nät/ä "b".txt': "one\ntwo", "with space.txt": "one\n", "empty.txt": "" });
  await git("rm", "--quiet", "gone.txt");
  await git("add", ".");
  const found = commentableLines(await git("diff", "--cached", "--no-ext-diff"));
  expect(Object.fromEntries(found)).toEqual({
    "a.txt": [
      { first: 7, last: 13 },
      { first: 27, last: 33 },
    ],
    'nät/ä "b".txt': [{ first: 1, last: 2 }],
    "with space.txt": [{ first: 1, last: 1 }],
  });
});

test("a patch that is cut or no patch at all shows nothing more than it says", () => {
  expect(commentableLines(Buffer.from("")).size).toBe(0);
  expect(commentableLines(Buffer.from("@@ -1 +1 @@\n+x\n")).size).toBe(0);
  expect(
    commentableLines(Buffer.from("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-")).get("x"),
  ).toEqual([{ first: 1, last: 2 }]);
});
