// Real programs driven through a launch.
import { expect, test } from "vitest";
import { codex } from "../../src/agents/codex.ts";
import { createDescribedCli } from "../../src/agents/described-cli-agent.ts";
import { DescribedCli } from "../../src/agents/described-cli.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { createTestLaunch, program } from "./launch.ts";
import { replay } from "./replay.ts";
import { ask } from "./requests.ts";

const folder = await temporaryFolder();

/** An agent whose binary is this Node and whose program is a fixture that prints JSON lines. */
function described(name: string) {
  return createDescribedCli(
    DescribedCli.parse({
      name,
      binary: process.execPath,
      args: [program(name)],
      output: {
        format: "jsonl",
        message: "content",
        message_when: { type: "message", role: "assistant" },
        message_join: true,
        session: "session_id",
        tokens_in: "stats.input",
        tokens_out: "stats.output",
        cost: "stats.usd",
      },
    }),
  );
}

test("a program gets the prompt, and its lines become events and an outcome", async () => {
  const { request, events } = ask({ prompt: "twelve chars", launch: createTestLaunch(folder) });
  const outcome = await described("prints-jsonl").run(request);
  expect(outcome).toMatchObject({
    status: "success",
    report: "I read 12 characters.\n",
    sessionId: "s-1",
    tokensIn: 120,
    tokensOut: 7,
    costUsd: 0.002,
  });
  expect(events.map((event) => event.type)).toEqual(["session", "message", "message", "usage", "final"]);
});

test("noise is counted and does not hide the answer", async () => {
  const { request, events } = ask({ launch: createTestLaunch(folder) });
  const outcome = await described("noisy").run(request);
  expect(outcome).toMatchObject({ status: "success", report: "Done.\n" });
  expect(events.filter((event) => event.type === "unparsed")).toHaveLength(20_000);
});

test("a crash keeps what was said and tells the end of stderr", async () => {
  const { request } = ask({ launch: createTestLaunch(folder) });
  const outcome = await described("crashes").run(request);
  expect(outcome).toMatchObject({
    status: "failed",
    report: "I begin.\n",
    error: { code: "crashed", message: "crashes ended with exit code 70: panic: the frobnicator is missing" },
  });
});

test("a program that hangs is cancelled by the signal", async () => {
  const stop = new AbortController();
  const { request } = ask({
    signal: stop.signal,
    launch: createTestLaunch(folder, stop.signal),
    onEvent: (event) => {
      if (event.type === "message") stop.abort();
    },
  });
  const outcome = await described("hangs").run(request);
  expect(outcome).toMatchObject({ status: "cancelled", error: undefined, report: "I wait.\n" });
});

test("a request that was cancelled before starts nothing", async () => {
  const { request } = ask({ signal: AbortSignal.abort() });
  expect(await described("hangs").run(request)).toMatchObject({ status: "cancelled", error: undefined });
});

test("a program that is not there is named, with what to do", async () => {
  const agent = createDescribedCli(DescribedCli.parse({ name: "gone", binary: "no-such-program-here" }));
  const { request } = ask({ launch: createTestLaunch(folder) });
  await expect(agent.run(request)).rejects.toMatchObject({
    name: "UserError",
    code: "preflight",
    message: expect.stringContaining("`no-such-program-here`"),
  });
});

test("an unknown session is dropped and the run begins anew, once", async () => {
  const { outcome, commands } = await replay(
    codex,
    undefined,
    { exitCode: 1, stderrTail: "Error: no rollout found for thread id 01a2" },
    { sessionId: "01a2" },
  );
  expect(commands.map(({ args }) => args.includes("resume"))).toEqual([true, false]);
  expect(outcome.warnings).toEqual(["codex no longer knows session 01a2; a new one was started"]);
  expect(outcome.error?.code).toBe("crashed");
});

test("a failure that has nothing to do with the session is not run again", async () => {
  const { commands } = await replay(
    codex,
    "codex/unauthorized",
    { exitCode: 1, stderrTail: "session" },
    { sessionId: "01a2" },
  );
  expect(commands).toHaveLength(1);
});

test("a start that failed for another reason is a bug and stays one, with its cause", async () => {
  const cause = new Error("writing the home's files");
  const { request } = ask({ launch: () => Promise.reject(cause) });
  const running = described("hangs").run(request);
  await expect(running).rejects.toMatchObject({ name: "Error", cause });
});

test("a launcher that only says ENOENT is understood", async () => {
  const { request } = ask({
    launch: () => Promise.reject(new Error("starting x: failed\nspawn x ENOENT")),
  });
  await expect(described("hangs").run(request)).rejects.toMatchObject({ code: "preflight" });
});
