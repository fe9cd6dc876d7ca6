// The documentation says nothing that isn't there.
import { existsSync } from "node:fs";
import { glob, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";

const project = join(import.meta.dirname, "..");
const pages: string[] = [];
for (const pattern of ["*.md", "docs/**/*.md"]) {
  for await (const page of glob(pattern, { cwd: project })) pages.push(page);
}
const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(await readFile(join(project, "package.json"), "utf8")));
const environment = await readFile(join(project, ".env.example"), "utf8");

test("there are pages to look at", () => {
  expect(pages).toEqual(expect.arrayContaining(["README.md", "CONTRIBUTING.md", "docs/life-of-a-job.md"]));
});

describe.each(pages)("%s", (page) => {
  test("links only to what is there", async () => {
    const text = await readFile(join(project, page), "utf8");
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, link = ""]) => link);
    const missing = links.filter((link) => !existsSync(join(project, dirname(page), link)));
    expect(missing).toEqual([]);
  });

  test("names only scripts, programs and variables that there are", async () => {
    const text = await readFile(join(project, page), "utf8");
    const named = [...text.matchAll(/npm run (?:-s )?([a-z][\w:-]*)/g)].map(([, script = ""]) => script);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
    const files = [...text.matchAll(/`((?:src|test|demo|docs|bin|bench|scripts)\/[\w./-]+)`/g)];
    expect(files.map(([, path = ""]) => path).filter((path) => !existsSync(join(project, path)))).toEqual([]);
    const known = new Set([...environment.matchAll(/^([A-Z_]+)=/gm)].map(([, name = ""]) => name));
    const settings = [
      ...text.matchAll(/^\s*([A-Z][A-Z_]+)=/gm),
      ...text.matchAll(/`([A-Z][A-Z]+_[A-Z_]+)(?:=[^`]*)?`/g),
    ];
    expect(
      settings.map(([, name = ""]) => name).filter((name) => !known.has(name) && !unrelated.has(name)),
    ).toEqual([]);
  });
});

/** Capital words in the documentation that are no variables of ours. */
const unrelated = new Set([
  "PATCHBAY_WORKSPACE",
  "PATCHBAY_READ_ONLY",
  "PATCHBAY_GIT",
  "PATCHBAY_HOME",
  "PATCHBAY_STAGE",
  "PATCHBAY_DOORS",
  "PATCHBAY_MOUNTS",
  "PATCHBAY_MEMORY_BYTES",
  "PATCHBAY_PIDS",
  "PATCHBAY_CPUS",
  "GEMINI_CLI_TRUST_WORKSPACE",
  "CODEX_HOME",
  "REQUIRE_ALL",
  "TEST_REPORT",
  "TOKEN",
]);

test("no page is of a machine or a registry", async () => {
  for (const page of pages) {
    const text = await readFile(join(project, page), "utf8");
    expect({
      page: relative(project, page),
      found: /\/work\/|\/root\/|registry\.npm/.exec(text)?.[0],
    }).toEqual({
      page,
      found: undefined,
    });
  }
});

describe("docs/security.md", () => {
  const sections = [
    "Prompt and trigger",
    "Sandbox",
    "Network and keys",
    "Git and patches",
    "Publishing",
    "Audit",
  ];

  test.each(sections)("each threat under %s has a defence and a test that is there", async (section) => {
    const text = await readFile(join(project, "docs/security.md"), "utf8");
    const [, body = ""] = text.split(`\n## ${section}\n`);
    const lines = (body.split("\n## ")[0] ?? "").split("\n").filter((line) => line.startsWith("|"));
    const [head, , ...rows] = lines.map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    expect(head).toEqual(["threat", "defence", "test"]);
    expect(rows.length).toBeGreaterThan(0);
    for (const [threat = "", defence, tests = "", ...more] of rows) {
      expect({ threat, defence, more }).toEqual({
        threat: expect.stringMatching(/\S/),
        defence: expect.stringMatching(/\S/),
        more: [],
      });
      const files = [...tests.matchAll(/\]\(\.\.\/(test\/[\w./-]+\.test\.ts)\)/g)].map(
        ([, file = ""]) => file,
      );
      expect({ threat, tests: files.length }).not.toEqual({ threat, tests: 0 });
      expect({ threat, missing: files.filter((file) => !existsSync(join(project, file))) }).toEqual({
        threat,
        missing: [],
      });
    }
  });
});
