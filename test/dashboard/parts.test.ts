import { describe, expect, test } from "vitest";
import { inside } from "../../src/api/dashboard/door.ts";
import { readPatch, unquote } from "../../src/api/dashboard/parts/read-patch.ts";
import { shownPatch, visible } from "../../src/api/dashboard/parts/patch-view.ts";
import { report } from "../../src/api/dashboard/parts/report.ts";
import { dayRange, jobFilter, knownQuery } from "../../src/api/dashboard/query.ts";
import { bytes, count, duration, money } from "../../src/api/dashboard/quantities.ts";
import { createSessions } from "../../src/api/dashboard/session.ts";

describe("a session", () => {
  let now = new Date("2026-03-04T05:06:07Z");
  const open = (...secrets: string[]) => createSessions({ secrets, clock: () => now });
  const person = { kind: "person", login: "alice", id: 7 } as const;

  test("is read as it was written, until its time is over", () => {
    const sessions = open("a");
    const { session } = sessions.begin(person);
    const cookie = sessions.write(session);
    expect(sessions.read(cookie)).toEqual(session);
    now = new Date(now.getTime() + 13 * 60 * 60 * 1000);
    expect(sessions.read(cookie)).toBeUndefined();
  });

  test("that was changed, or signed otherwise, is none", () => {
    const sessions = open("a");
    const cookie = sessions.write(sessions.begin(person).session);
    const [text = "", signature = ""] = cookie.split(".");
    const forged = Buffer.from(
      Buffer.from(text, "base64url").toString("utf8").replace("alice", "mallo"),
    ).toString("base64url");
    for (const wrong of ["", ".", text, `${text}.`, `${forged}.${signature}`, `${cookie}x`]) {
      expect(sessions.read(wrong)).toBeUndefined();
    }
    expect(open("b").read(cookie)).toBeUndefined();
    expect(open("a", "b").read(cookie)).toBeUndefined();
  });

  test("has a form's token of its own, which is not its cookie's signature", () => {
    const sessions = open("a");
    const [one, other] = [sessions.begin(person).session, sessions.begin(person).session];
    const token = sessions.formToken(one);
    expect(sessions.isFormToken(one, token)).toBe(true);
    expect(sessions.isFormToken(other, token)).toBe(false);
    expect(sessions.write(one)).not.toContain(token);
  });
});

test("after the sign-in nobody is sent elsewhere", () => {
  for (const to of [
    "//evil.example",
    "/\\evil.example",
    "https://evil.example",
    "javascript:alert(1)",
    "/a\nb",
    "",
  ]) {
    expect(inside(to)).toBe("/");
  }
  expect(inside("/logout")).toBe("/");
  expect(inside("/jobs?q=a%20b&x=1")).toBe("/jobs?q=a%20b&x=1");
});

describe("a report", () => {
  const made = (text: string): string => String(report(text));

  test("is rendered, and what could run or fetch is text", () => {
    const hostile = [
      "<script>alert(1)</script>",
      "<img src=x onerror=alert(1)>",
      "[a](javascript:alert(1)) [b](data:text/html,x) [c](vbscript:x)",
      "![pixel](https://evil.example/pixel.png)",
      '![a" onerror="alert(1)](https://evil.example/"onerror=alert(1)//)',
      '<a href="javascript:alert(1)">x</a>',
      "<svg onload=alert(1)>",
      "[x]: javascript:alert(1)\n[x]",
      "<https://ok.example>",
      '```"><script>alert(1)</script>\ncode\n```',
    ].join("\n\n");
    const text = made(hostile);
    expect(text).not.toMatch(/<(?:script|img|svg|iframe|style|input)/i);
    expect(text).not.toMatch(/href="\s*(?:javascript|data|vbscript)/i);
    expect(text).not.toMatch(/<[^>]* on\w+=/i);
    expect(text.match(/<a (?!rel="noopener noreferrer nofollow" href="[^"]*">)/)).toBeNull();
    expect(text).toContain('<a rel="noopener noreferrer nofollow" href="https://ok.example">');
  });

  test("keeps tables, lists to tick off and code", () => {
    const text = made("| a | b |\n|---|---|\n| 1 | 2 |\n\n- [x] done\n- [ ] open\n\n`x < y`");
    expect(text).toContain("<td>1</td>");
    expect(text).toContain("☑ done");
    expect(text).toContain("☐ open");
    expect(text).toContain("<code>x &lt; y</code>");
  });
});

describe("a patch", () => {
  test("is read with its names, lines and numbers", () => {
    const files = readPatch(
      [
        "diff --git a/old name b/new name",
        "similarity index 90%",
        "rename from old name",
        "rename to new name",
        "--- a/old name",
        "+++ b/new name",
        "@@ -1,3 +1,3 @@ fn()",
        " same",
        "--- not a header",
        "+++ nor this",
        " end",
        "\\ No newline at end of file",
        'diff --git "a/caf\\303\\251\\n.txt" "b/caf\\303\\251\\n.txt"',
        "new file mode 100644",
        "--- /dev/null",
        '+++ "b/caf\\303\\251\\n.txt"',
        "@@ -0,0 +1 @@",
        "+x",
        "diff --git a/gone b/gone",
        "deleted file mode 100755",
        "--- a/gone",
        "+++ /dev/null",
        "@@ -1 +0,0 @@",
        "-y",
        "diff --git a/pic.png b/pic.png",
        "Binary files a/pic.png and b/pic.png differ",
        "",
      ].join("\n"),
    );
    expect(files).toMatchObject([
      { path: "new name", oldPath: "old name", added: 1, removed: 1 },
      { path: "café\n.txt", notes: ["new file"], added: 1 },
      { path: "gone", notes: ["removed"], removed: 1 },
      { path: "pic.png", notes: ["binary"], hunks: [] },
    ]);
    expect(files[0]?.hunks[0]?.lines.map(({ kind, oldNo, newNo }) => [kind, oldNo, newNo])).toEqual([
      ["same", 1, 1],
      ["del", 2, undefined],
      ["add", undefined, 2],
      ["same", 3, 3],
    ]);
  });

  test("shows what a name hides", () => {
    expect(visible(unquote('"a\\342\\200\\256txt.exe\\033[0m"'))).toBe("a\\u{202e}txt.exe\\u{1b}[0m");
  });

  test("of any length is shown in bounds", () => {
    const file = (at: number, lines: number): string =>
      `diff --git a/f${at} b/f${at}\n--- a/f${at}\n+++ b/f${at}\n@@ -0,0 +1,${lines} @@\n${"+x\n".repeat(lines)}`;
    expect(shownPatch(file(1, 20_000)).files).toMatchObject([{ hunks: [], notes: ["too long to be shown"] }]);
    const many = shownPatch(file(1, 7000) + file(2, 7000));
    expect([many.files.length, many.cut]).toEqual([1, 1]);
  });
});

test("an address asks for what it can be read as, and for nothing else", () => {
  const nowMs = 100 * 86_400_000;
  expect(knownQuery({ q: " fix ", status: "", evil: "x" })).toEqual({ q: "fix" });
  expect(jobFilter({ days: "7", cost: "$1.5", order: "cost", q: "x" }, nowMs)).toMatchObject({
    text: "x",
    order: "cost",
    minCostUsd: 1.5,
    fromMs: 93 * 86_400_000,
  });
  expect(jobFilter({ days: "x", cost: "much", order: "'; DROP" }, nowMs)).toEqual({
    order: "newest",
    limit: 50,
  });
  expect(dayRange({ days: "7" }, nowMs)).toEqual({ fromDay: 94, toDay: 100 });
  expect(dayRange({ days: "1e9" }, nowMs)).toEqual({ fromDay: 71, toDay: 100 });
});

test("quantities are as people read them", () => {
  expect([duration(null), duration(950), duration(61_000), duration(3_700_000)]).toEqual([
    "–",
    "0.9 s",
    "1 min 01 s",
    "1 h 01 min",
  ]);
  expect([money(null), money(0), money(0.001), money(1.5)]).toEqual(["–", "$0.00", "< $0.01", "$1.50"]);
  expect([count(999), count(1_234_567), bytes(1500), bytes(0)]).toEqual([
    "999",
    "1,234,567",
    "1.5 kB",
    "0 B",
  ]);
});
