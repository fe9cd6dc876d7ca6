import { lstat, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { AgentEvent, AgentOutcome, AgentRequest } from "../../src/agents/agent.ts";
import { createSimulatedAgent } from "../../src/agents/simulated.ts";
import { listFiles } from "../../src/agents/simulated/tree.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { ask } from "./requests.ts";

const root = await temporaryFolder();
let workspaces = 0;

const shop = {
  "README.md": "# Shop\n\nA small shop.\n",
  "src/login.ts":
    "#!/usr/bin/env node\n// Who may come in.\nimport { hash } from './hash.ts';\n\n/** Checks a login. */\nexport function login(name: string) {\n  return hash(name);\n}\n",
  "src/cart.ts": "export const cart = [];\n",
  "test/login.test.ts": 'test("login", () => {});\n',
  "package-lock.json": '{ "login": "login login login" }\n',
  ".github/workflows/login.yml": "name: login\n",
  "node_modules/login/index.js": "// login\n",
  "logo.bin": "login\0binary",
};

async function checkout(files: Record<string, string> = shop): Promise<string> {
  const folder = join(root, `checkout-${++workspaces}`);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await mkdir(folder, { recursive: true });
  return folder;
}

async function contents(folder: string): Promise<Record<string, string>> {
  const paths = await listFiles(folder, new AbortController().signal);
  return Object.fromEntries(
    await Promise.all(paths.map(async (path) => [path, await readFile(join(folder, path), "latin1")])),
  );
}

async function run(
  workspace: string,
  change: Partial<AgentRequest> = {},
): Promise<{ outcome: AgentOutcome; events: AgentEvent[] }> {
  const { request, events } = ask({ workspace, goal: "fix the flaky login", ...change });
  return { outcome: await createSimulatedAgent("codex").run(request), events };
}

const planner = { role: "planner", readOnly: true, stepId: "01_plan" };
const reviewer = { role: "reviewer", readOnly: true, stepId: "03_review" };
const answerer = { role: "answerer", readOnly: true, stepId: "01_answer" };

test("every report says that it simulates, and for whom; no cost is made up", async () => {
  const workspace = await checkout();
  for (const role of [planner, reviewer, answerer, {}]) {
    const { outcome } = await run(workspace, role);
    expect(outcome).toMatchObject({
      status: "success",
      costUsd: undefined,
      tokensIn: undefined,
      tokensOut: undefined,
    });
    expect(outcome.report).toContain("**Simulated in place of `codex`:**");
  }
});

test("readers change nothing", async () => {
  const workspace = await checkout();
  const before = await contents(workspace);
  for (const role of [planner, reviewer, answerer]) await run(workspace, role);
  expect(await contents(workspace)).toEqual(before);
});

test("the plan quotes the goal and lists real files that have to do with it", async () => {
  const { outcome } = await run(await checkout(), planner);
  expect(outcome.report).toContain("```text\nfix the flaky login\n```");
  expect(outcome.report).toContain("| `src/login.ts` | 9 | `login` |");
  expect(outcome.report).toContain("test/login.test.ts");
  expect(outcome.report).not.toMatch(/cart|node_modules|logo\.bin/);
});

test("the change is a small real edit in the file that fits best, with its reason", async () => {
  const workspace = await checkout();
  const before = await contents(workspace);
  const plan = await run(workspace, planner);
  const inputs = [{ path: "01_plan/report.md", text: plan.outcome.report, cutChars: 0 }];
  const { outcome, events } = await run(workspace, { inputs });
  const after = await contents(workspace);
  const changed = Object.keys(after).filter((path) => after[path] !== before[path]);
  expect(changed).toEqual(["src/login.ts"]);
  expect(after["src/login.ts"]).toBe(
    shop["src/login.ts"].replace("/** Checks", "// TODO (simulated): fix the flaky login\n/** Checks"),
  );
  expect(outcome.report).toContain("Edited `src/login.ts`: marked line 5 with the goal.");
  expect(outcome.report).toContain("The plan (`01_plan/report.md`) names it too.");
  expect(events).toContainEqual({ type: "file_change", path: "src/login.ts", change: "update" });
  expect(events.map((event) => event.type)).toEqual(
    expect.arrayContaining(["session", "tool", "message", "final"]),
  );
});

test.each(["fix the flaky login", 'rename "cart" to "cartItems"', "frobnicate the quux"])(
  "%j: the same checkout gives the same edit and report, and doing it again changes nothing",
  async (goal) => {
    const [one, two] = [await checkout(), await checkout()];
    const first = await run(one, { goal });
    const second = await run(two, { goal });
    expect(second).toEqual(first);
    const after = await contents(one);
    expect(await contents(two)).toEqual(after);
    expect(after).not.toEqual(shop);
    const again = await run(one, { goal });
    expect(await contents(one)).toEqual(after);
    expect(again.outcome.report).toContain("Nothing had to be changed.");
  },
);

test("a goal that names a text to replace gets just that", async () => {
  const workspace = await checkout();
  await run(workspace, { goal: "Please replace `cart` with `basket` everywhere" });
  const after = await contents(workspace);
  expect(after["src/cart.ts"]).toBe("export const basket = [];\n");
  expect(after["package-lock.json"]).toBe(shop["package-lock.json"]);
});

describe("what it never touches", () => {
  test.each([
    ".github/workflows/login.yml",
    "package-lock.json",
    "pnpm-lock.yaml",
    "Cargo.lock",
    "go.sum",
    "login.min.js",
    ".env",
    "LICENSE.md",
    "test/fixtures/login.ts",
  ])("%s", async (path) => {
    const text = "export const login = 'login';\n";
    const workspace = await checkout({ [path]: text });
    await run(workspace);
    await run(workspace, { goal: 'replace "login" with "signin"' });
    expect(await readFile(join(workspace, path), "utf8")).toBe(text);
  });

  test("a binary, a generated file", async () => {
    const files = {
      "login.ts": "export const login = '\0';\n",
      "login2.ts": "// @generated\nexport const login = 1;\n",
    };
    const workspace = await checkout(files);
    await run(workspace);
    expect(await contents(workspace)).toMatchObject(files);
  });

  test("anything outside: links are neither followed nor replaced", async () => {
    const outside = await checkout({ "login.ts": "export const login = 1;\n" });
    const workspace = await checkout({});
    await symlink(join(outside, "login.ts"), join(workspace, "login.ts"));
    await symlink(outside, join(workspace, "src"));
    await symlink(outside, join(workspace, "docs"));
    await run(workspace);
    expect(await contents(outside)).toEqual({ "login.ts": "export const login = 1;\n" });
    expect((await lstat(join(workspace, "login.ts"))).isSymbolicLink()).toBe(true);
    expect(Object.keys(await contents(workspace))).toEqual(["patchbay-notes/note-flaky-login.md"]);
  });
});

test("a note whose place is taken is left out, and that is said", async () => {
  const workspace = await checkout({ "docs/note-quux.md": "\0" });
  const { outcome } = await run(workspace, { goal: "quux" });
  expect(outcome.report).toContain("`docs/note-quux.md` is in the way");
});

describe("where a mark goes", () => {
  const mark = async (path: string, text: string, goal = "mend login"): Promise<string> => {
    const workspace = await checkout({ [path]: text });
    await run(workspace, { goal });
    return readFile(join(workspace, path), "utf8");
  };

  test("line ends and a byte order mark stay", async () => {
    expect(await mark("a.py", "\uFEFFx = 1\r\ndef login():\r\n    pass\r\n")).toBe(
      "\uFEFFx = 1\r\n# TODO (simulated): mend login\r\ndef login():\r\n    pass\r\n",
    );
  });

  test("never inside of a text over several lines", async () => {
    const text = "const a = `\nexport const login = 1;\n`;\nexport const b = 2;\n";
    expect(await mark("a.ts", text)).toBe(`// TODO (simulated): mend login\n${text}`);
  });

  test("above decorators and comments", async () => {
    expect(await mark("a.py", "@cached\n@traced\ndef login():\n    pass\n")).toMatch(/^# TODO/);
  });

  test("in Markdown below the heading, which no line of code is", async () => {
    const text = "# A\n\n## B\n\n```\n# c\n```\n\nThe login.\n";
    expect(await mark("a.md", text)).toBe(
      text.replace("## B\n", "## B\n\n> **To do (simulated):** mend login\n"),
    );
  });

  test("a goal can neither end its comment nor continue it", async () => {
    const css = await mark("login.css", ".login {\n}\n", "mend login */ body{} \\");
    expect(css.split("*/")).toHaveLength(2);
    const c = await mark("login.c", "static int login;\n", "mend login\nnow \\");
    expect(c).toBe("// TODO (simulated): mend login now\nstatic int login;\n");
  });
});

describe("the review", () => {
  const diff = [
    "diff --git a/src/login.ts b/src/login.ts",
    "--- a/src/login.ts",
    "+++ b/src/login.ts",
    "@@ -1,2 +1,4 @@",
    " a",
    "-b",
    "+c",
    "+// TODO later",
    "+--- not a header",
    "diff --git a/docs/x.md b/docs/x.md",
    "new file mode 100644",
    "--- /dev/null",
    "+++ b/docs/x.md",
    "@@ -0,0 +1 @@",
    "+++ plus signs",
  ].join("\n");

  test("counts files and lines, compares with the plan, gives places and severity", async () => {
    const inputs = [
      { path: "01_plan/report.md", text: "Change `src/login.ts`.", cutChars: 0 },
      { path: "02_implement/patch.diff", text: diff, cutChars: 12 },
    ];
    const { outcome } = await run("/nowhere", { ...reviewer, inputs });
    expect(outcome.report).toContain("The patch changes 2 files, 4 lines added and 1 removed. 1 finding");
    expect(outcome.report).toContain("| `src/login.ts` | +3 | −1 |");
    expect(outcome.report).toContain("| `docs/x.md` | +1 | −0 |");
    expect(outcome.report).toContain("does not name `docs/x.md`");
    expect(outcome.report).toContain(
      `{"severity":"warning","path":"src/login.ts","line":3,"text":"Work is marked here, not done."}`,
    );
    expect(outcome.report).toContain("cut by 12 characters");
  });

  test("without a patch there is nothing to review, and it says so", async () => {
    const { outcome } = await run("/nowhere", reviewer);
    expect(outcome.report).toContain("There is no change to review");
  });
});

test("the answer names places in the code", async () => {
  const { outcome } = await run(await checkout(), { ...answerer, goal: "Where is the login checked?" });
  expect(outcome.report).toContain("`src/login.ts:5` `/** Checks a login. */`");
});

test("a goal is quoted without becoming Markdown of its own", async () => {
  const goal = "ping @everyone\n```\n# heading\n</details>";
  const { outcome } = await run(await checkout(), { ...planner, goal });
  expect(outcome.report).toContain(`\`\`\`\`text\n${goal}\n\`\`\`\``);
});

test("it stops when it is told to, before and during its look around", async () => {
  const workspace = await checkout();
  expect((await run(workspace, { signal: AbortSignal.abort() })).outcome.status).toBe("cancelled");
  const stop = new AbortController();
  const { request } = ask({ workspace, signal: stop.signal, onEvent: () => stop.abort() });
  expect(await createSimulatedAgent("codex").run(request)).toMatchObject({
    status: "cancelled",
    error: undefined,
  });
  expect(await contents(workspace)).toEqual(await contents(await checkout()));
});
