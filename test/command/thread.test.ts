import { describe, expect, test } from "vitest";
import {
  cut,
  maxThreadChars,
  maxThreadMessages,
  readThread,
  selectThread,
} from "../../src/command/thread.ts";
import type { Comment } from "../../src/io/github.ts";
import { createWorld, fakeGitHub } from "./fake-github.ts";

const self = { appId: 7, login: "patchbay[bot]" };
const cutoff = { at: "2026-01-02T03:04:00Z", commentId: 1000 };

function comment(id: number, createdAt: string, over: Partial<Comment> = {}): Comment {
  return {
    id,
    html_url: `https://github.com/acme/shop/issues/12#issuecomment-${id}`,
    body: `comment ${id}`,
    created_at: createdAt,
    updated_at: createdAt,
    user: { login: "bob", id: 3, type: "User" },
    ...over,
  };
}

function kept(...comments: Comment[]): string[] {
  return selectThread(comments, cutoff, self).map(({ content }) => content);
}

describe("time", () => {
  test("what came before the trigger, oldest first whatever the order of the answer", () => {
    const late = comment(20, "2026-01-02T03:03:59Z");
    const early = comment(10, "2026-01-01T00:00:00Z");
    expect(kept(late, early)).toEqual(["comment 10", "comment 20"]);
  });

  test("not the trigger itself nor what came after it", () => {
    expect(kept(comment(1000, cutoff.at), comment(1001, "2026-01-02T03:04:01Z"))).toEqual([]);
  });

  test("within the trigger's second the number decides", () => {
    expect(kept(comment(999, cutoff.at), comment(1001, cutoff.at))).toEqual(["comment 999"]);
  });

  test("for a label everything up to its second", () => {
    const comments = [comment(1, cutoff.at), comment(2, "2026-01-02T03:04:01Z")];
    expect(selectThread(comments, { at: cutoff.at }, self)).toHaveLength(1);
  });
});

describe("edits", () => {
  test("an edit before the trigger stays", () => {
    expect(kept(comment(1, "2026-01-01T00:00:00Z", { updated_at: "2026-01-02T03:03:59Z" }))).toHaveLength(1);
  });

  test.each(["2026-01-02T03:04:00Z", "2026-01-02T03:04:01Z", "2027-01-01T00:00:00Z"])(
    "an edit at %s is dropped",
    (updated_at) => {
      expect(kept(comment(1, "2026-01-01T00:00:00Z", { updated_at }))).toEqual([]);
    },
  );
});

describe("authors", () => {
  test("what the App wrote is dropped, by its name or its number", () => {
    const byName = comment(1, "2026-01-01T00:00:00Z", { user: { login: "Patchbay[bot]", id: 1 } });
    const byNumber = comment(2, "2026-01-01T00:00:00Z", { performed_via_github_app: { id: 7 } });
    expect(kept(byName, byNumber)).toEqual([]);
  });

  test("another bot is a user like anyone", () => {
    const bot = comment(1, "2026-01-01T00:00:00Z", {
      user: { login: "ci[bot]", id: 9, type: "Bot" },
      performed_via_github_app: { id: 8 },
    });
    expect(selectThread([bot], cutoff, self)).toEqual([
      { role: "user", author: "ci[bot]", created_at: "2026-01-01T00:00:00.000Z", content: "comment 1" },
    ]);
  });

  test("an account that is gone is called ghost", () => {
    expect(selectThread([comment(1, "2026-01-01T00:00:00Z", { user: null })], cutoff, self)).toMatchObject([
      { author: "ghost" },
    ]);
  });
});

describe("bounds", () => {
  test("the latest messages are kept", () => {
    const many = Array.from({ length: 250 }, (_, id) => comment(id, "2026-01-01T00:00:00Z"));
    const thread = kept(...many);
    expect(thread).toHaveLength(maxThreadMessages);
    expect([thread[0], thread.at(-1)]).toEqual(["comment 150", "comment 249"]);
  });

  test("all together no more than the characters allowed", () => {
    const long = Array.from({ length: 10 }, (_, id) =>
      comment(id, "2026-01-01T00:00:00Z", { body: `${id}${"x".repeat(60_000)}` }),
    );
    const thread = kept(...long);
    expect(thread.map((content) => content[0])).toEqual(["7", "8", "9"]);
    expect(thread.join("").length).toBeLessThanOrEqual(maxThreadChars);
  });

  test("a comment without words is left out", () => {
    expect(kept(comment(1, "2026-01-01T00:00:00Z", { body: null }))).toEqual([]);
  });

  test("a cut doesn't leave half a character", () => {
    expect(cut("ab😀", 3)).toBe("ab");
    expect(cut("ab😀", 4)).toBe("ab😀");
  });
});

test("the comments are read even when the payload counts none: its number may lag", async () => {
  const world = createWorld({ comments: [comment(1, "2026-01-01T00:00:00Z")] });
  const place = { owner: "acme", name: "shop" };
  const thread = await readThread(fakeGitHub(world), place, { number: 12, comments: 0 }, cutoff, self);
  expect(thread).toHaveLength(1);
  expect(world.calls).toEqual(["latestComments 12 0"]);
});
