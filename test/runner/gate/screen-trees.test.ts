import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../temp-folder.ts";
import { createTrees, type Files, newToken, registered } from "./trees.ts";

const trees = await createTrees(await temporaryFolder());
const base: Files = { "README.md": "# Shop\n", "src/login.ts": "export const tries = 3;\n" };

describe("a change of ordinary files", () => {
  test("passes, with a note of what is worth a look", async () => {
    const after: Files = {
      ...base,
      "src/login.ts": "export const tries = 5;\n",
      "run.sh": { mode: "100755", content: "#!/bin/sh\n" },
      "package.json": "{}\n",
      "logo.png": Buffer.from([0x89, 0x50, 0, 0, 1, 2]),
      "docs/latest": { link: "../README.md" },
    };
    const { findings, notes } = await trees.screen(base, after);
    expect(findings).toEqual([]);
    expect(notes).toEqual([
      "worth a look, made executable: run.sh",
      "worth a look, decides what builds and tests run: package.json",
    ]);
  });

  test("passes also where the repository already has what a change may not bring", async () => {
    const odd: Files = {
      ...base,
      link: { link: "/etc/passwd" },
      "A.txt": "1\n",
      "a.txt": "2\n",
      vendor: { commit: "a".repeat(40) },
      ".env": `TOKEN=${newToken()}\n`,
      ".github/workflows/ci.yml": "on: push\n",
    };
    expect(await trees.rules(odd, { ...odd, "README.md": "# A shop\n" })).toEqual([]);
  });
});

describe("amounts", () => {
  test("too many files, too many lines, too large a binary file", async () => {
    const many = Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`f${at}`, "x\n"]));
    expect(await trees.rules(base, { ...base, ...many })).toEqual(["size "]);
    expect(await trees.rules(base, { ...base, long: "x\n".repeat(1001) })).toEqual(["size "]);
    expect(await trees.rules({ ...base, long: "x\n".repeat(1001) }, base)).toEqual(["size "]);
    expect(await trees.rules(base, { ...base, "a.bin": Buffer.alloc(10_001) })).toEqual(["binary a.bin"]);
  });

  test("a file that moves counts as one, and its lines don't count", async () => {
    const before = Object.fromEntries(
      Array.from({ length: 15 }, (_, at) => [`f${at}`, `${at}\n`.repeat(100)]),
    );
    const after = Object.fromEntries(Object.entries(before).map(([path, text]) => [`moved/${path}`, text]));
    expect(await trees.rules(before, after)).toEqual([]);
  });
});

describe("links", () => {
  test("that lead out are held, new or changed, also through another link", async () => {
    const after: Files = {
      ...base,
      out: { link: "../../etc" },
      "a/in": { link: "../src" },
      "through/x": { link: "../out/passwd" },
    };
    expect(await trees.rules(base, after)).toEqual(["link out", "link through/x"]);
  });

  test("an old link that a new one turns outwards is held", async () => {
    const before: Files = { ...base, "x/d/file": "1\n", "x/l": { link: "d/../../src" } };
    const after: Files = {
      ...base,
      "t/file": "1\n",
      "x/d": { link: "../t" },
      "x/l": { link: "d/../../src" },
    };
    expect(await trees.rules(before, after)).toEqual(["link x/l"]);
  });

  test("the file behind a protected link is protected", async () => {
    const linked: Files = { ...base, "CLAUDE.md": { link: "docs/ai.md" }, "docs/ai.md": "be kind\n" };
    expect(await trees.rules(linked, { ...linked, "docs/ai.md": "be evil\n" })).toEqual([
      "protected docs/ai.md",
    ]);
  });
});

describe("names", () => {
  test("that are one on some file systems are held, files and folders", async () => {
    expect(await trees.rules(base, { ...base, "readme.MD": "x\n" })).toEqual(["collision readme.MD"]);
    expect(await trees.rules(base, { ...base, SRC: { link: "README.md" } })).toEqual(["collision SRC"]);
    expect(await trees.rules(base, { ...base, "o\u0308l": "1\n", öl: "2\n" })).toHaveLength(2);
  });

  test("that git itself would not write", async () => {
    const sneaky: Files = { ...base, ".g\u200cit/hooks/post-checkout": "#!/bin/sh\n", "x/git~1": "y\n" };
    expect(await trees.rules(base, sneaky)).toEqual(["path .g\u200cit/hooks/post-checkout", "path x/git~1"]);
  });
});

test("submodules and their list are held", async () => {
  const after: Files = { ...base, vendor: { commit: "b".repeat(40) }, ".gitmodules": "[submodule]\n" };
  expect(await trees.rules(base, after)).toEqual(["submodule .gitmodules", "submodule vendor"]);
});

describe("Git LFS", () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${"4d".repeat(32)}\nsize 12345\n`;
  const kept: Files = {
    ...base,
    ".gitattributes": "*.psd filter=lfs diff=lfs merge=lfs -text\n",
    "a.psd": pointer,
  };

  test("content in place of a pointer is held", async () => {
    expect(await trees.rules(kept, { ...kept, "a.psd": "content\n" })).toEqual(["lfs a.psd"]);
    expect(await trees.rules(kept, { ...kept, "art/b.psd": "content\n" })).toEqual(["lfs art/b.psd"]);
  });

  test("another pointer, and a file that LFS doesn't keep, pass", async () => {
    expect(await trees.rules(kept, { ...kept, "b.psd": pointer, "c.txt": "x\n" })).toEqual([]);
    expect(await trees.rules(base, { ...base, "a.psd": "content\n" })).toEqual([]);
  });
});

describe("secrets", () => {
  test("are found in what is added, with their line, and never named", async () => {
    const token = newToken();
    const before: Files = { ...base, "config.js": "const a = 1;\n\nexport {};\n" };
    const after: Files = { ...before, "config.js": `const a = 1;\n\nconst t = "${token}";\nexport {};\n` };
    const { findings } = await trees.screen(before, after);
    expect(findings).toMatchObject([{ rule: "secret", path: "config.js", line: 3 }]);
    expect(JSON.stringify(findings)).not.toContain(token);
  });

  test("registered ones too, in names and in binary files, also as UTF-16", async () => {
    expect(await trees.rules(base, { ...base, "a.txt": `1\n${registered}\n` })).toEqual(["secret a.txt:2"]);
    expect(await trees.rules(base, { ...base, [`${registered}.txt`]: "x\n" })).toEqual([
      `secret ${registered}.txt`,
    ]);
    const binary = Buffer.concat([Buffer.from([0, 1, 2]), Buffer.from(registered)]);
    expect(await trees.rules(base, { ...base, "a.bin": binary })).toEqual(["secret a.bin"]);
    const wide = Buffer.from(`\ufeff${registered}`, "utf16le");
    expect(await trees.rules(base, { ...base, "a.bin": wide })).toEqual(["secret a.bin"]);
  });

  test("what was there before is no finding, nor is what is removed", async () => {
    const text = `const t = "${newToken()}";\nconst a = 1;\n`;
    const before: Files = { ...base, "config.js": text };
    expect(await trees.rules(before, { ...before, "config.js": text.replace("a = 1", "a = 2") })).toEqual([]);
    expect(await trees.rules(before, base)).toEqual([]);
  });

  test("no word in the file turns the search off", async () => {
    const text = `// secretlint-disable\nconst t = "${newToken()}"; // secretlint-disable-line\n`;
    expect(await trees.rules(base, { ...base, "a.js": text })).toEqual(["secret a.js:2"]);
  });

  test("what could not be searched in time is held", async () => {
    const large = { ...base, "a.txt": "x".repeat(400_000) };
    expect(await trees.rules(base, large, { searchMs: 1 })).toEqual(["unsearched a.txt"]);
    expect(await trees.rules(base, large)).toEqual([]);
  });

  test("a change that is too large to be searched is held", async () => {
    const large = { ...base, "a.txt": `${"x".repeat(3000)}\n` };
    expect(await trees.rules(base, large, { maxPatchBytes: 1000 })).toEqual(["unsearched "]);
  });
});
