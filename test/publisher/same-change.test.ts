import { expect, test } from "vitest";
import { isSameChange } from "../../src/publisher/same-change.ts";

const [a, b, c] = ["a", "b", "c"].map((digit) => digit.repeat(40));

function patch(fields: { old?: string; at?: number; added?: string; name?: string; mode?: string }): Buffer {
  const { old = a, at = 3, added = "+two", name = "x.ts", mode = "100644" } = fields;
  return Buffer.from(
    `diff --git a/${name} b/${name}\nindex ${old}..${b} ${mode}\n--- a/${name}\n+++ b/${name}\n` +
      `@@ -${at},2 +${at},3 @@ function f() {\n one\n${added}\n three\n`,
  );
}

test("the same lines at another place, from another blob, are the same change", () => {
  expect(isSameChange(patch({}), patch({ old: c, at: 40 }))).toBe(true);
});

test("other lines, another file or another mode are not", () => {
  expect(isSameChange(patch({}), patch({ added: "+2" }))).toBe(false);
  expect(isSameChange(patch({}), patch({ name: "y.ts" }))).toBe(false);
  const head = "diff --git a/x b/x\nold mode 100644\nnew mode ";
  expect(isSameChange(Buffer.from(`${head}100755\n`), Buffer.from(`${head}120000\n`))).toBe(false);
});

test("a changed line that looks like a header is a changed line", () => {
  const header = (text: string): Buffer => patch({ added: `+${text}\n-@@ -1 +1 @@` });
  expect(isSameChange(header(`index ${a}..${b}`), header(`index ${a}..${c}`))).toBe(false);
  expect(isSameChange(header("@@ -1 +1 @@ a"), header("@@ -1 +1 @@ b"))).toBe(false);
});
