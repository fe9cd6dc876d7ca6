import { describe, expect, test } from "vitest";
import { linkTarget, parseRawChanges, screenChanges, type RawChange } from "../../src/runner/gate.ts";

const limits = { maxFiles: 3, maxBlobBytes: 1000 };

function change(path: string, fields: Partial<RawChange> = {}): RawChange {
  return { oldMode: "100644", newMode: "100644", newSha: "a".repeat(40), status: "M", path, ...fields };
}

describe("the gate stops", () => {
  const stopped: [string, string][] = [
    [".github/workflows/ci.yml", "workflow"],
    [".GITHUB/Workflows/ci.yml", "workflow"],
    [".github/actions/x/action.yml", "workflow"],
    [".github/agent.yml", "protected"],
    ["CODEOWNERS", "protected"],
    ["docs/CODEOWNERS", "protected"],
    [".gitmodules", "submodule"],
    [".claude/settings.json", "protected"],
    [".mcp.json", "protected"],
    [".claude", "protected"],
    ["packages/a/.claude/settings.json", "protected"],
    ["opencode.jsonc", "protected"],
    [".github/workflows", "workflow"],
    [".github", "workflow"],
    [".husky/pre-commit", "protected"],
    ["a/.git/config", "path"],
    ["a/.GIT/config", "path"],
    ["git~1/config", "path"],
    [".g\u200cit/config", "path"],
    ["a\\.git\\config", "path"],
    ["a/../../etc/passwd", "path"],
    [".git . /x", "path"],
  ];
  for (const [path, rule] of stopped) {
    test(`${JSON.stringify(path)} by the rule "${rule}"`, () => {
      expect(screenChanges([change(path)], limits).map((finding) => finding.rule)).toContain(rule);
    });
  }

  test("submodules, whatever they are called", () => {
    expect(screenChanges([change("vendor/x", { newMode: "160000" })], limits)).toMatchObject([
      { rule: "submodule", path: "vendor/x" },
    ]);
    expect(screenChanges([change("vendor/x", { oldMode: "160000" })], limits)).toHaveLength(1);
  });

  test("too many files", () => {
    const many = ["a", "b", "c", "d"].map((path) => change(path));
    expect(screenChanges(many, limits)).toMatchObject([{ rule: "size" }]);
  });
});

test("the gate lets ordinary files pass, also those that only look alike", () => {
  const files = ["src/github/workflows.ts", "a/.gitignore", ".github/dependabot.yml", "digit~1"];
  for (const path of files) expect(screenChanges([change(path)], limits)).toEqual([]);
});

describe("a link's target", () => {
  test("inside the tree is allowed", () => {
    expect(linkTarget("a/b/link", "../c")).toBe("a/c");
    expect(linkTarget("link", "docs/./x")).toBe("docs/x");
  });
  test("outside of it, or in .git, is not", () => {
    for (const [path, target] of [
      ["link", "/etc/passwd"],
      ["a/link", "../../x"],
      ["a/link", "../.git/config"],
      ["link", ""],
      ["link", "a\\..\\..\\x"],
      // What follows a name may start from wherever that name leads.
      ["x", "p/q/r/../../../etc/passwd"],
      ["h", "p/q/r/.git/hooks"],
    ] as const) {
      expect(linkTarget(path, target)).toBeUndefined();
    }
  });
});

test("raw changes are parsed with names that hold newlines and colons", () => {
  const sha = "b".repeat(40);
  const output = Buffer.from(
    `:100644 100755 ${"a".repeat(40)} ${sha} M\0a\n:b\0:000000 120000 ${"0".repeat(40)} ${sha} A\0link\0`,
  );
  expect(parseRawChanges(output)).toEqual([
    { oldMode: "100644", newMode: "100755", newSha: sha, status: "M", path: "a\n:b" },
    { oldMode: "000000", newMode: "120000", newSha: sha, status: "A", path: "link" },
  ]);
});
