import { describe, expect, test } from "vitest";
import {
  defaultProtectedPaths,
  expandProtectedPaths,
  globProblem,
} from "../../../src/job/protected-paths.ts";
import { parseRawChanges, type RawChange } from "../../../src/runner/gate/changes.ts";
import { createProtectedPaths } from "../../../src/runner/gate/protected-paths.ts";
import { screenChanges } from "../../../src/runner/gate/screen-changes.ts";

const protectedPaths = createProtectedPaths(defaultProtectedPaths);

function change(path: string, fields: Partial<RawChange> = {}): RawChange {
  const [oldSha, newSha] = ["a".repeat(40), "b".repeat(40)];
  return { oldMode: "100644", newMode: "100644", oldSha, newSha, status: "M", path, ...fields };
}

function rulesOf(one: RawChange): string[] {
  return screenChanges([one], protectedPaths, () => []).map(({ rule }) => rule);
}

describe("the gate stops", () => {
  const stopped: [string, string][] = [
    [".github/workflows/ci.yml", "workflow"],
    [".GITHUB/Workflows/ci.yml", "workflow"],
    [".github/actions/x/action.yml", "workflow"],
    [".github/workflows", "workflow"],
    [".github", "workflow"],
    [".github./workflows/ci.yml", "workflow"],
    [".github/workflows /ci.yml", "workflow"],
    [".git\u200dhub/workflows/ci.yml", "workflow"],
    [".github\\workflows\\ci.yml", "workflow"],
    [".github::$INDEX_ALLOCATION/workflows/ci.yml", "workflow"],
    [".github/workflows/a\nb.yml", "workflow"],
    [".github/agent.yml", "protected"],
    ["CODEOWNERS", "protected"],
    [".github/codeowners", "protected"],
    ["docs/CODEOWNERS", "protected"],
    [".gitmodules", "submodule"],
    [".claude/settings.json", "protected"],
    [".claude", "protected"],
    ["packages/a/.claude/settings.json", "protected"],
    ["line\nbreak/.claude/settings.json", "protected"],
    [".mcp.json", "protected"],
    ["CLAUDE.md", "protected"],
    ["src/claude.md", "protected"],
    ["AGENTS.md", "protected"],
    [".codex/config.toml", "protected"],
    [".opencode/plugin/x.ts", "protected"],
    ["opencode.json", "protected"],
    ["opencode.jsonc", "protected"],
    [".husky/pre-commit", "protected"],
    ["a/.git/config", "path"],
    ["a/.GIT/config", "path"],
    ["git~1/config", "path"],
    ["gitmod~1", "path"],
    [".g\u200cit/config", "path"],
    ["a\\.git\\config", "path"],
    ["a/../../etc/passwd", "path"],
    [".git . /x", "path"],
    [".git:x", "path"],
    ["read\u202eme.txt", "path"],
    ["a\nb", "path"],
    [".env", "secret"],
    [".env.production", "secret"],
    [".envrc", "secret"],
    ["deploy/server.key", "secret"],
    ["cert.PEM", "secret"],
    ["id_rsa", "secret"],
    ["aws-credentials.json", "secret"],
    [".aws/credentials", "secret"],
    ["client_secret_1.json", "secret"],
  ];
  test.each(stopped)("%j by the rule %s", (path, rule) => {
    expect(rulesOf(change(path))).toContain(rule);
  });

  test("submodules, whatever they are called, and modes that git doesn't write", () => {
    expect(rulesOf(change("vendor/x", { newMode: "160000" }))).toEqual(["submodule"]);
    expect(rulesOf(change("vendor/x", { oldMode: "160000", newMode: "000000" }))).toEqual(["submodule"]);
    expect(rulesOf(change("tool", { newMode: "104755" }))).toEqual(["mode"]);
    expect(rulesOf(change("tool", { newMode: "100666" }))).toEqual(["mode"]);
  });

  test("what is protected under another name", () => {
    const [finding] = screenChanges([change("docs/ai.md")], protectedPaths, () => ["x/y.md", "CLAUDE.md"]);
    expect(finding).toMatchObject({ rule: "protected", path: "docs/ai.md" });
    expect(finding?.message).toContain("CLAUDE.md");
  });

  test("a protected file's removal", () => {
    const removed = { newMode: "000000", newSha: "0".repeat(40), status: "D" };
    expect(rulesOf(change("CODEOWNERS", removed))).toEqual(["protected"]);
  });
});

test("the gate lets ordinary files pass, also those that only look alike", () => {
  for (const path of [
    "src/github/workflows.ts",
    "a/.gitignore",
    ".github/dependabot.yml",
    "digit~1",
    "docs/agents.md/x",
    "AGENTS.md.bak",
    "src/credentials.ts",
    "docs/credentials.md",
    ".env.example",
    ".env.local.sample",
    ".env.template",
    "src/environment.ts",
    "src/keyboard.key.ts",
    "größe 👩‍💻.txt",
    "agent.yml",
    "a/CODEOWNERS",
  ]) {
    expect({ path, rules: rulesOf(change(path)) }).toEqual({ path, rules: [] });
  }
});

test("a file that only goes away, or only changes its mode, is no secret by its name", () => {
  expect(rulesOf(change(".env", { newMode: "000000", newSha: "0".repeat(40) }))).toEqual([]);
  expect(rulesOf(change(".env", { newMode: "100755", newSha: "a".repeat(40) }))).toEqual([]);
});

describe("PROTECTED_PATHS", () => {
  test("takes the place of the list, or adds to it by the word default", () => {
    expect(expandProtectedPaths(["infra/**"])).toEqual(["infra/**"]);
    expect(expandProtectedPaths(["default", "infra/**"])).toEqual([...defaultProtectedPaths, "infra/**"]);
    const own = createProtectedPaths(["infra/**"]);
    expect(own("Infra/main.tf")).toEqual({ rule: "protected", message: "a protected path (infra/**)" });
    expect(own("infra")).toBeDefined();
    expect(own("src/infra/x")).toBeUndefined();
    expect(own(".github/workflows/ci.yml")).toBeUndefined();
  });

  test.each(["/infra/**", "!infra", "{a,b}", "infra/"])("%s is refused with what to write", (glob) => {
    expect(globProblem(glob)).toContain(glob);
  });
});

test("raw changes are parsed with names that hold newlines and colons, and that are no UTF-8", () => {
  const [old, sha, none] = ["a".repeat(40), "b".repeat(40), "0".repeat(40)];
  const output = Buffer.concat([
    Buffer.from(`:100644 100755 ${old} ${sha} M\0a\n:b\0:000000 120000 ${none} ${sha} A\0link\0`),
    Buffer.from(`:000000 100644 ${none} ${sha} A\0`),
    Buffer.from([0x41, 0xff, 0xfe, 0]),
  ]);
  expect(parseRawChanges(output)).toEqual([
    { oldMode: "100644", newMode: "100755", oldSha: old, newSha: sha, status: "M", path: "a\n:b" },
    { oldMode: "000000", newMode: "120000", oldSha: none, newSha: sha, status: "A", path: "link" },
    { oldMode: "000000", newMode: "100644", oldSha: none, newSha: sha, status: "A", path: "A\\xff\\xfe" },
  ]);
});
