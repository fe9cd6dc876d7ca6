import { expect, test } from "vitest";
import { asksForAllThreads, readOpenThreads } from "../../src/command/address-all.ts";
import type { ReviewComment } from "../../src/io/github-material.ts";
import { createWorld, fakeGitHub } from "./fake-github.ts";
import { makeTrigger } from "./trigger.ts";

const asked = makeTrigger({ subject: { kind: "pull_request", number: 7 }, at: "2026-01-02T00:00:00Z" });
const { subject } = asked;
const self = { appId: 1, login: "patchbay[bot]" };

function onLine(id: number, body: string, over: Partial<ReviewComment> = {}): ReviewComment {
  return {
    id,
    path: "src/a.ts",
    line: id,
    diff_hunk: "@@ -1 +1 @@\n+a",
    body,
    created_at: "2026-01-01T00:00:00Z",
    updated_at: "2026-01-01T00:00:00Z",
    user: { login: "reviewer", id: 5 },
    ...over,
  };
}

test.each([
  "address all",
  "Address all.",
  "address all comments",
  "address all open review threads",
  "address all the remarks, but keep the names",
])("%j on a pull request means its open threads", (text) => {
  expect(asksForAllThreads({ subject }, { text })).toBe(true);
  expect(asksForAllThreads({ subject: { ...subject, kind: "issue" } }, { text })).toBe(false);
});

test.each(["address all allocations in the parser", "please address all", "address allof", ""])(
  "%j is about something else",
  (text) => expect(asksForAllThreads({ subject }, { text })).toBe(false),
);

test("takes the unresolved threads with their answers, not what was said after the request", async () => {
  const world = createWorld({
    onLines: [
      onLine(1, "Rename it."),
      onLine(2, "Done already."),
      onLine(3, "To what?", { in_reply_to_id: 1 }),
      onLine(4, "Later.", { created_at: "2026-01-03T00:00:00Z", updated_at: "2026-01-03T00:00:00Z" }),
      onLine(5, "Test it."),
      onLine(6, "Pushed.", { in_reply_to_id: 5, user: { login: "patchbay[bot]", id: 9 } }),
    ],
    resolved: [2],
  });
  const threads = await readOpenThreads(fakeGitHub(world), asked, self);
  expect(threads.map(({ comment_id: id, comments }) => [id, comments.map(({ text }) => text)])).toEqual([
    [1, ["Rename it.", "To what?"]],
    [5, ["Test it."]],
  ]);
});

test("says so when no thread is open", async () => {
  const world = createWorld({ onLines: [onLine(1, "Rename it.")], resolved: [1] });
  await expect(readOpenThreads(fakeGitHub(world), asked, self)).rejects.toThrow(
    "No review thread of #7 is open",
  );
});
