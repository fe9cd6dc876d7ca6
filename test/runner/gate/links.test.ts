import { mkdir, realpath, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aliases, destination, otherNames } from "../../../src/runner/gate/links.ts";
import { temporaryFolder } from "../../temp-folder.ts";

const root = await temporaryFolder();

function treeOf(links: Record<string, string>, folders: string[] = []) {
  const all = new Set(folders);
  for (const path of Object.keys(links)) {
    for (let at = dirname(path); at !== "."; at = dirname(at)) all.add(at);
  }
  return { folders: all, links: new Map<string, string | undefined>(Object.entries(links)) };
}

describe("a link's destination", () => {
  test("is a path of the tree, through other links", () => {
    expect(destination(treeOf({ "a/b/link": "../c" }), "a/b/link")).toBe("a/c");
    expect(destination(treeOf({ link: "docs/./x" }), "link")).toBe("docs/x");
    expect(destination(treeOf({ link: "a/b/../c" }, ["a", "a/b"]), "link")).toBe("a/c");
    expect(destination(treeOf({ link: "." }), "link")).toBe("");
    expect(destination(treeOf({ one: "two/x", two: "three" }, ["three"]), "one")).toBe("three/x");
  });

  test.each([
    ["link", "/etc/passwd"],
    ["a/link", "../../x"],
    ["a/link", "../.git/config"],
    ["a/link", "../.GIT/config"],
    ["link", ""],
    ["link", "a\\..\\..\\x"],
    ["link", "C:/x"],
    // What follows a name may start from wherever that name leads on somebody's machine.
    ["x", "p/q/r/../../../etc/passwd"],
    ["h", "p/q/r/.git/hooks"],
  ])("%s → %j may leave the tree", (path, target) => {
    expect(destination(treeOf({ [path]: target }), path)).toBeUndefined();
  });

  test("by a chain of links that each look harmless", () => {
    const tree = treeOf({ "a/b/up": "../../c/d", "c/d": "../e", link: "a/b/up/../../x" }, ["e"]);
    expect(destination(tree, "link")).toBeUndefined();
    const through = treeOf({ inner: "/etc", outer: "inner/passwd" });
    expect(destination(through, "outer")).toBeUndefined();
  });

  test("of a circle is nowhere, least of all outside", () => {
    expect(destination(treeOf({ a: "b", b: "a" }), "a")).toBeDefined();
  });
});

test("other names of a file are found through links on any part of its way", () => {
  const known = aliases(treeOf({ "CLAUDE.md": "docs/ai.md", ".claude": "tools/agent" }, ["docs", "tools"]));
  expect(otherNames(known, "docs/ai.md")).toEqual(["CLAUDE.md"]);
  expect(otherNames(known, "tools/agent/settings.json")).toEqual([".claude/settings.json"]);
  expect(otherNames(known, "tools/other")).toEqual([]);
  expect(otherNames(aliases(treeOf({ "x/.claude": ".." }, ["x"])), "settings.json")).toEqual([
    "x/.claude/settings.json",
  ]);
});

test("property: a destination is where the operating system ends up, and never outside", async () => {
  const part = fc.constantFrom("a", "b", "c", "..", ".");
  const name = fc.constantFrom("a", "b", "c");
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
  const target = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("/"));
  let inside = 0;
  let at = 0;
  await fc.assert(
    fc.asyncProperty(fc.dictionary(path, target, { minKeys: 1, maxKeys: 5 }), async (wanted) => {
      const folder = join(root, "outside", String(at++), "tree");
      await mkdir(folder, { recursive: true });
      const links: Record<string, string> = {};
      for (const [link, to] of Object.entries(wanted)) {
        // As git checks out: never through another link, and one thing at a place.
        const parents = link
          .split("/")
          .slice(0, -1)
          .map((_, end, all) => all.slice(0, end + 1).join("/"));
        if (parents.some((one) => one in links)) continue;
        if (Object.keys(links).some((one) => one.startsWith(`${link}/`))) continue;
        await mkdir(join(folder, dirname(link)), { recursive: true });
        await symlink(to, join(folder, link));
        links[link] = to;
      }
      const tree = treeOf(links);
      for (const link of Object.keys(links)) {
        const place = destination(tree, link);
        const real = await realpath(join(folder, link)).catch(() => undefined);
        if (place === undefined || real === undefined) continue;
        inside++;
        expect(real).toBe(join(folder, place));
      }
    }),
    { numRuns: 300 },
  );
  expect(inside).toBeGreaterThan(50);
});
