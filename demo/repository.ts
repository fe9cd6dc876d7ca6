// The real repository of the demo: this project's own history, or a small one where there is none.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const environment = {
  PATH: process.env["PATH"] ?? "",
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "Patchbay demo",
  GIT_AUTHOR_EMAIL: "demo@example.com",
  GIT_COMMITTER_NAME: "Patchbay demo",
  GIT_COMMITTER_EMAIL: "demo@example.com",
  // The checkout may belong to another user, as in a container.
  GIT_CONFIG_COUNT: "1",
  GIT_CONFIG_KEY_0: "safe.directory",
  GIT_CONFIG_VALUE_0: "*",
};

function git(folder: string, ...args: string[]): string {
  return execFileSync("git", args, { cwd: folder, env: environment, encoding: "utf8", stdio: "pipe" }).trim();
}

export interface Source {
  path: string;
  /** What a person should know about it, in a few words. */
  description: string;
}

/** Makes `folder` a repository with one branch `main`; one that is there already is kept. */
export function makeSource(project: string, folder: string): Source {
  const own = hasHistory(project);
  const description = own ? "this project's own history" : "a small generated project";
  if (existsSync(join(folder, ".git"))) return { path: folder, description };
  mkdirSync(folder, { recursive: true });
  git(folder, "init", "--quiet", "--initial-branch=main");
  if (own) {
    git(folder, "fetch", "--quiet", "--no-tags", project, "HEAD");
    git(folder, "reset", "--quiet", "--hard", "FETCH_HEAD");
  } else {
    for (const [path, text] of Object.entries(generated)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    git(folder, "add", "--all");
    git(folder, "commit", "--quiet", "--message", "feat: a shop that counts log-ins");
  }
  return { path: folder, description };
}

/** False in a tarball, which has no repository, and in a shallow clone, which has no whole history. */
function hasHistory(project: string): boolean {
  try {
    return (
      existsSync(join(project, ".git")) && git(project, "rev-parse", "--is-shallow-repository") === "false"
    );
  } catch {
    return false;
  }
}

const generated: Record<string, string> = {
  "README.md": "# Shop\n\nA small shop. Run the tests with `npm test`.\n",
  "CONTRIBUTING.md": "# Contributing\n\nRun `npm test` before you open a pull request.\n",
  "package.json": '{\n  "name": "shop",\n  "type": "module",\n  "scripts": { "test": "node --test" }\n}\n',
  "src/login.js":
    "export const maxTries = 3;\n\nexport function mayTry(tries) {\n  return tries < maxTries;\n}\n",
  "test/login.test.js":
    'import assert from "node:assert";\nimport { test } from "node:test";\nimport { mayTry } from "../src/login.js";\n\n' +
    'test("three tries", () => {\n  assert.equal(mayTry(2), true);\n  assert.equal(mayTry(3), false);\n});\n',
};
