// A repository's own commands on what an agent has left, through the real runner.
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { AgentRequest } from "../../src/agents/agent.ts";
import { Verify } from "../../src/job/verify.ts";
import { runJob } from "../../src/runner/run-job.ts";
import { openUnproven } from "../../src/sandbox/sandbox.ts";
import { testOptions } from "../sandbox/open-test-sandbox.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { createTestClaim, createTestRunner, type Script } from "./house.ts";

const root = await temporaryFolder();
// The sandbox's user has to come through.
await chmod(root, 0o755);
const never = new AbortController().signal;

let house: Awaited<ReturnType<typeof createTestRunner>>;
let houses = 0;
let asked: AgentRequest[];
let prompts: (string | undefined)[];
let script: Script;

beforeEach(async () => {
  asked = [];
  prompts = [];
  house = await createTestRunner(join(root, String(++houses)), {
    async codex(request) {
      asked.push(request);
      return script(request);
    },
    async claude() {
      return { report: "Fine." };
    },
  });
  const { buildPrompt } = house.deps;
  house.deps.buildPrompt = async (spec, step, told) => {
    if (step.role === "implementer") prompts.push(told.failed);
    return buildPrompt(spec, step, told);
  };
});

const implement = { step_id: "01_implement", agent: "codex", role: "implementer", max_retries: 0 };
const review = { step_id: "02_review", agent: "claude", role: "reviewer" };
/** Passes once the file says five. */
const check = "grep -q five src/login.ts || { echo 'expected five tries'; exit 3; }";

async function run(
  verify: object,
  options: { steps?: object[]; fields?: object; signal?: AbortSignal } = {},
) {
  const { steps = [implement], fields = {}, signal = never } = options;
  const spec = await house.newJob(steps, { verify, ...fields });
  const { claim } = createTestClaim(spec);
  const result = await runJob(house.deps, claim, { signal, lastTry: true });
  const read = (file: string) => readFile(join(house.artifacts.jobFolder(spec.job_id), file), "utf8");
  return { spec, result, verified: result.steps[0]?.verified, read, report: await read("report.md") };
}

async function edit({ workspace }: AgentRequest, text: string) {
  await writeFile(join(workspace, "src/login.ts"), text);
  return { report: `It says ${text}.` };
}

describe("a change", () => {
  test("that passes is told with what was run", async () => {
    script = (request) => edit(request, "five");
    const { result, verified, report, read } = await run({ run: [check, "echo fine; true"] });
    expect(result.status).toBe("success");
    expect(verified).toMatchObject({
      status: "passed",
      sent_back: 0,
      runs: [
        { command: check, status: "passed", exit_code: 0 },
        { status: "passed", exit_code: 0 },
      ],
    });
    expect(report).toMatch(/^\*\*Checks:\*\* ✅ passed\n\n\| command \| ended with \| time \|/);
    expect(report).toContain("It says five.");
    expect(result.summary).toBe("It says five.");
    expect(await read("steps/01_implement/verify.txt")).toContain("$ echo fine; true\nfine\n\n→ passed (0)");
  });

  test("that fails goes back with what was said, and the checkout as it was", async () => {
    script = async (request) => {
      const before = await readFile(join(request.workspace, "src/login.ts"), "utf8");
      return edit(request, before === "four" ? "five" : "four");
    };
    const { result, verified, report } = await run({ run: [check] });
    expect(result.status).toBe("success");
    expect(prompts).toEqual([undefined, `$ ${check}\nexpected five tries\n→ exit code 3`]);
    expect(verified).toMatchObject({ status: "passed", sent_back: 1 });
    expect(report).toContain("✅ passed, after a failure went back to the agent once");
    expect(result.steps[0]?.attempts).toBe(2);
  });

  test("goes back into the agent's session, where it has one", async () => {
    script = async (request) => ({
      ...(await edit(request, request.sessionId === undefined ? "four" : "five")),
      sessionId: "s-1",
    });
    await run({ run: [check] });
    expect(asked.map(({ sessionId }) => sessionId)).toEqual([undefined, "s-1"]);
    expect(asked[1]?.resumePrompt).toMatch(/^# Your change was tried and failed/);
    expect(asked[1]?.resumePrompt).toContain("expected five tries");
  });

  test("that never passes fails the step, and its output is shown", async () => {
    script = (request) => edit(request, "four");
    const { result, verified, report } = await run({ run: [check], rounds: 2 });
    expect(asked).toHaveLength(3);
    expect(result).toMatchObject({ status: "failed", error: { code: "verify" } });
    expect(result.error?.message).toContain("failed on the change, also after it was sent back 2 times");
    expect(verified).toMatchObject({ status: "failed", sent_back: 2, runs: [{ exit_code: 3 }] });
    expect(report).toContain("❌ 3");
    expect(report).toContain("```\nexpected five tries\n```");
  });

  test("is published all the same where the repository says so", async () => {
    script = (request) => edit(request, "four");
    const { result } = await run({ run: [check], rounds: 0, on_failure: "continue" });
    expect(asked).toHaveLength(1);
    expect(result).toMatchObject({ status: "success", change_status: "changed" });
    expect(result.steps[0]?.warnings.join()).toContain("failed on the change");
  });

  test("of a reader, or none, is not tried", async () => {
    script = async () => ({ report: "Nothing to do." });
    const { result } = await run({ run: ["exit 1"] }, { steps: [implement, review] });
    expect(result.status).toBe("success");
    expect(result.steps.map(({ verified }) => verified)).toEqual([undefined, undefined]);
  });

  test("of a simulated agent is not tried, which is told", async () => {
    house.deps.agents = {
      get: async (name) => ({
        name,
        simulated: true,
        binary: undefined,
        versionFlag: "",
        run: async (request) => {
          await edit(request, "four");
          return {
            status: "success",
            report: "Simulated.",
            error: undefined,
            sessionId: undefined,
            costUsd: undefined,
            tokensIn: undefined,
            tokensOut: undefined,
            warnings: [],
          };
        },
      }),
    };
    const { verified, report } = await run({ run: ["touch ran"] });
    expect(verified).toEqual({ status: "not_run", sent_back: 0, runs: [] });
    expect(report).toContain("**Checks:** not run, since the agent was simulated");
  });

  test("in each of two that are compared is tried by itself", async () => {
    script = (request) => edit(request, request.stepId === "a" ? "five" : "four");
    const a = { ...implement, step_id: "a", on_failure: "continue" };
    const b = { ...implement, step_id: "b", on_failure: "continue" };
    const { result, report } = await run(
      { run: [check], rounds: 0 },
      { steps: [a, b, { ...review, depends_on: ["a", "b"] }], fields: { compare: { a: "a", b: "b" } } },
    );
    expect(result.steps.map(({ verified }) => verified?.status)).toEqual(["passed", "failed", undefined]);
    expect(report).toContain("**Checks of A:** ✅ passed");
    expect(report).toContain("**Checks of B:** ❌ failed");
  });
});

describe("the commands", () => {
  test("change nothing of the change, and may change what git ignores", async () => {
    script = async (request) => {
      await writeFile(join(request.workspace, ".gitignore"), "build/\n");
      return edit(request, "five");
    };
    const command =
      "echo worse > src/login.ts; rm README.md; echo x > new.txt; mkdir -p build sub/.git; touch build/a; git init -q sub 2>/dev/null; true";
    const { result, read } = await run({ run: [command, "test -e build/a"] });
    expect(result.status).toBe("success");
    const patch = await read("patch.diff");
    expect(patch).toContain("+five");
    expect(patch).not.toMatch(/worse|new\.txt|README|build\/a/);
    expect(result.steps[0]?.warnings).toEqual([expect.stringContaining("that was undone")]);
  });

  test("that make the checkout unreadable, or another thing, do no harm", async () => {
    script = (request) => edit(request, "five");
    const { result, read } = await run({ run: ["chmod -R a-w . ; rm -rf src; ln -s /etc src"] });
    expect(result.status).toBe("success");
    expect(await read("patch.diff")).toContain("+five");
  });

  test("that never end are ended, with all that they started", async () => {
    script = (request) => edit(request, "five");
    const mark = join(root, `lives-${houses}`);
    const command = `(sleep 30; touch ${mark}) & sleep 30`;
    const { verified } = await run({ run: [command], timeout_sec: 1, rounds: 0 });
    expect(verified?.runs).toMatchObject([{ status: "timeout", exit_code: null }]);
    expect(existsSync(mark)).toBe(false);
  });

  test("get neither the agent's HOME nor its environment", async () => {
    script = async (request) => {
      await mkdir(join(request.home, "bin"), { recursive: true });
      await writeFile(join(request.home, ".profile"), "exit 0\n");
      await writeFile(join(request.home, "bin/grep"), "#!/bin/sh\nexit 0\n");
      await chmod(join(request.home, "bin/grep"), 0o755);
      return edit(request, "five");
    };
    const { verified, read } = await run({ run: ['ls -A "$HOME"; env | sort'], rounds: 0 });
    expect(verified?.status).toBe("passed");
    const said = await read("steps/01_implement/verify.txt");
    expect(said).not.toMatch(/\.profile|^bin$/m);
    expect(said).not.toMatch(/TOKEN|API_KEY|BASE_URL/);
    expect(said).toContain("CI=true");
  });

  test("can't put a secret, a colour or an endless output before anyone", async () => {
    script = (request) => edit(request, "five");
    const command = `yes noise | head -c 300000; printf 'a S3CRET and S3C\\033[31mRET \\033]0;title\\007end\\n'; exit 1`;
    const { verified, report, read } = await run({ run: [command], rounds: 0 });
    for (const text of [verified?.runs[0]?.output ?? "", report.replaceAll(command, "")]) {
      expect(text).toContain("a *** and *** end");
      // oxlint-disable-next-line no-control-regex -- these are what must not be there
      expect(text).not.toMatch(/\u001b|\u0007/);
      expect(text.length).toBeLessThan(10_000);
    }
    expect((await read("steps/01_implement/verify.txt")).length).toBeLessThan(30_000);
  });

  test("end with a cancel of the job", async () => {
    script = (request) => edit(request, "five");
    const spec = await house.newJob([implement], { verify: { run: ["echo began; sleep 30"] } });
    const test = createTestClaim(spec);
    const path = join(house.artifacts.stepFolder(spec.job_id, "01_implement"), "verify.txt");
    const running = runJob(house.deps, test.claim, { signal: test.claim.signal, lastTry: true });
    await expect.poll(() => existsSync(path), { timeout: 20_000 }).toBe(true);
    test.cancel();
    const result = await running;
    expect(result.status).toBe("cancelled");
    expect(result.steps[0]?.verified?.runs).toMatchObject([{ status: "stopped" }]);
  });
});

test("in the sandbox they reach neither a network nor a door nor this machine's files", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const user = process.getuid?.() === 0 ? "nobody" : undefined;
  const options = testOptions({ kind: "bwrap", stageRoot: join(root, "stage"), user });
  const { sandbox } = await openUnproven(options);
  house.deps.sandbox = async () => sandbox;
  script = (request) => edit(request, "five");
  const connect = `node -e 'require("net").connect(${port},"127.0.0.1").on("connect",()=>process.exit(0)).on("error",()=>process.exit(1))'`;
  const { verified } = await run(
    {
      run: [
        `! ${connect}`,
        `test ! -e ${root}`,
        'test "$(id -u)" != 0',
        "test -z \"$(find / -name '*.sock' 2>/dev/null)\"",
        "echo x > src/out.txt && test -w . && git status",
      ],
      rounds: 0,
    },
    {},
  );
  server.close();
  expect(verified?.runs.map(({ status, output }) => output ?? status)).toEqual(Array(5).fill("passed"));
});

test("the documented example is one", async () => {
  const docs = await readFile(join(import.meta.dirname, "../../docs/pipelines.md"), "utf8");
  const [, example = ""] = /## Trying the change[^]*?```json\n([^]*?)```/.exec(docs) ?? [];
  expect(Verify.parse(JSON.parse(example)).run).toEqual(["npm test", "npx eslint ."]);
});
