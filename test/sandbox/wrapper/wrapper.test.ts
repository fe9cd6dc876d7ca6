// The operator's own sandbox: one that is good enough is used, each that is not is refused with what failed.
import { chmod, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { prove } from "../../../src/sandbox/proof/prove.ts";
import { openUnproven } from "../../../src/sandbox/sandbox.ts";
import { temporaryFolder } from "../../temp-folder.ts";
import { openTestSandbox, testOptions } from "../open-test-sandbox.ts";

const folder = await temporaryFolder();
await chmod(folder, 0o755);
const program = join(folder, "wrapper");
await cp(join(import.meta.dirname, "../../fixtures/wrapper.sh"), program);
let stages = 0;

function options(wrapper: string, kind: "wrapper" | "bwrap" = "wrapper") {
  return testOptions({
    kind,
    wrapper,
    stageRoot: join(folder, `stage-${++stages}`),
    user: process.getuid?.() === 0 ? "nobody" : undefined,
  });
}

/** What fails when the wrapper is weakened. */
async function broken(weaken: string): Promise<string[]> {
  const asked = options(`${program} ${weaken}`);
  const verdicts = await prove((await openUnproven(asked)).sandbox, asked);
  return verdicts.filter(({ holds }) => !holds).map(({ name }) => name);
}

describe("the proof", () => {
  test("our own sandbox stands it, and so does a wrapper that keeps the contract", async () => {
    const own = options("", "bwrap");
    const verdicts = await prove((await openUnproven(own)).sandbox, own);
    expect(verdicts.filter(({ holds }) => !holds)).toEqual([]);
    expect(verdicts.length).toBeGreaterThan(15);
    expect(await broken("all-right")).toEqual([]);
  });

  test.each([
    ["network", ["loopback", "abstract sockets"]],
    ["processes", ["processes", "end of everything"]],
    ["environment", ["environment", "egress proxy"]],
    ["files", ["files"]],
    ["writes", ["files", "writing outside"]],
    ["git", [".git"]],
    ["read-only", ["read-only steps"]],
    ["vsock", ["AF_VSOCK"]],
    ["home", ["HOME"]],
    ["doors", ["egress proxy"]],
    [
      "everything",
      ["files", "writing outside", "environments", "loopback", "abstract sockets", "end of everything"],
    ],
  ])("a wrapper weak in %s is refused for %j", async (weaken, names) => {
    expect(await broken(weaken)).toEqual(expect.arrayContaining(names));
  });

  test("a wrapper that starts nothing is told with its own words", async () => {
    await expect(broken("nothing")).rejects.toThrow(/does not run a program: exit code 3/);
  });
});

test("the refusal names everything that failed, and no agent starts", async () => {
  await expect(openTestSandbox(options(`${program} writes`))).rejects.toThrow(
    /SANDBOX_WRAPPER does not keep agents in, so none is started: .*files: an agent reads.*writing outside: /,
  );
});

test("a command line that is none is told before anything runs", async () => {
  await expect(openTestSandbox(options('wrapper "open'))).rejects.toThrow(/leaves a quote open/);
  await expect(openTestSandbox(options("no-such-wrapper"))).rejects.toThrow(
    /there is no program no-such-wrapper/,
  );
});

test("a program in it has its workspace, HOME, input and environment, none of it in a command line", async () => {
  const sandbox = await openTestSandbox(options(`${program} all-right`));
  const [workspace, home] = [join(folder, "job", "tree"), join(folder, "job", "home")];
  await mkdir(workspace, { recursive: true });
  await mkdir(home);
  await writeFile(join(workspace, "input"), "from the host\n");
  const lines: string[] = [];
  const script =
    'id -u; cat input; cat; cat ~/tool.json; echo "$SECRET"; ls -A ~; cat /proc/*/cmdline | tr "\\0" " " > seen; exit 3';
  const end = await sandbox.launch(
    {
      binary: "sh",
      args: ["-c", script],
      env: { SECRET: "a value for the program" },
      stdin: "the prompt\n",
      homeFiles: [{ path: "tool.json", content: "{}\n" }],
    },
    {
      marker: `wrapper-test-${process.pid}`,
      workspace,
      home,
      timeoutMs: 20_000,
      stallMs: 20_000,
      signal: new AbortController().signal,
      onLine: (line) => lines.push(line),
      onOutput: () => undefined,
      readOnly: false,
      doors: undefined,
    },
  );
  expect(end).toMatchObject({ exitCode: 3, ended: undefined });
  expect(lines[0]).not.toBe("0");
  expect(lines.slice(1)).toEqual([
    "from the host",
    "the prompt",
    "{}",
    "a value for the program",
    "tool.json",
  ]);
  expect(await readFile(join(workspace, "seen"), "utf8")).not.toContain("a value for the program");
  expect(sandbox.seen({ workspace, home })).toEqual({ workspace, home });
});
