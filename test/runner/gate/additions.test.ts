import { expect, test } from "vitest";
import { parseAdditions } from "../../../src/runner/gate/additions.ts";

const [none, one, two] = ["0", "1", "2"].map((digit) => digit.repeat(40));

test("lines are read by the lengths in the hunks' headers, whatever they look like", () => {
  const patch = Buffer.from(
    [
      "diff --git a/a b/a",
      `index ${one}..${two} 100644`,
      "--- a/a",
      "+++ b/a",
      "@@ -3,2 +3,3 @@ function",
      "-diff --git a/x b/x",
      `-index ${one}..${one}`,
      "+@@ -1,100 +1,100 @@",
      `+index ${one}..${none}`,
      "+diff --git a/y b/y",
      "\\ No newline at end of file",
      "@@ -10,0 +12 @@",
      "+last",
      "diff --git a/gone b/gone",
      "deleted file mode 100644",
      `index ${two}..${none}`,
      "--- a/gone",
      "+++ /dev/null",
      "@@ -1 +0,0 @@",
      "-was here",
      "diff --git a/logo.png b/logo.png",
      "new file mode 100644",
      `index ${none}..${one}`,
      "Binary files /dev/null and b/logo.png differ",
      "diff --git a/run.sh b/run.sh",
      "old mode 100644",
      "new mode 100755",
      "",
    ].join("\n"),
  );
  expect(parseAdditions(patch)).toEqual({
    files: 4,
    linesAdded: 4,
    linesRemoved: 3,
    additions: [
      {
        sha: two,
        lines: [
          { number: 3, text: "@@ -1,100 +1,100 @@" },
          { number: 4, text: `index ${one}..${none}` },
          { number: 5, text: "diff --git a/y b/y" },
          { number: 12, text: "last" },
        ],
      },
      { sha: one, lines: undefined },
    ],
  });
});
