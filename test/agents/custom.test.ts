import { describe, expect, test } from "vitest";
import type { AgentRequest } from "../../src/agents/agent.ts";
import { createCustomAgent } from "../../src/agents/custom.ts";
import { CustomAgent } from "../../src/agents/custom-agent.ts";
import { createJsonLinesParser, createTextParser } from "../../src/agents/custom-stream.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { createTestLaunch, program } from "./launch.ts";
import { ask } from "./requests.ts";

const folder = await temporaryFolder();

/** What the program was given as arguments. */
async function argumentsGiven(description: object, change: Partial<AgentRequest> = {}): Promise<unknown> {
  const args = "args" in description && Array.isArray(description.args) ? description.args : [];
  const agent = createCustomAgent(
    CustomAgent.parse({
      name: "mine",
      binary: process.execPath,
      ...description,
      args: [program("prints-arguments"), ...args],
    }),
  );
  const { request } = ask({ launch: createTestLaunch(folder), home: folder, ...change });
  return JSON.parse((await agent.run(request)).report);
}

describe("arguments", () => {
  test("a value with spaces, quotes and $() stays one argument", async () => {
    const model = "m; $(touch x) \"'";
    expect(await argumentsGiven({ args: ["--model", "{model}", "--in={workspace}"] }, { model })).toEqual([
      "--model",
      model,
      "--in=/srv/jobs/1/tree",
    ]);
  });

  test("without a model its flag goes too", async () => {
    expect(await argumentsGiven({ args: ["-q", "--model", "{model}", "-m={model}", "run"] })).toEqual([
      "-q",
      "run",
    ]);
  });

  test("a prompt as argument comes last, whole", async () => {
    expect(await argumentsGiven({ args: ["-p"], prompt: "argument" }, { prompt: "two\nlines" })).toEqual([
      "-p",
      "two\nlines",
    ]);
  });

  test("a prompt too long for an argument is refused, with what to do", async () => {
    const long = { prompt: "ü".repeat(50_001) };
    await expect(argumentsGiven({ prompt: "argument" }, long)).rejects.toMatchObject({
      name: "UserError",
      message: expect.stringMatching(/100002 bytes.*`prompt: stdin`/),
    });
  });

  test("a prompt as file lies in the home", async () => {
    expect(await argumentsGiven({ args: ["{prompt_file}"], prompt: "file" })).toEqual([
      `${folder}/.patchbay/prompt.md`,
    ]);
  });
});

test("what a described CLI can't be told is said", async () => {
  const agent = createCustomAgent(
    CustomAgent.parse({ name: "mine", binary: process.execPath, args: [program("prints-arguments")] }),
  );
  const { request } = ask({ launch: createTestLaunch(folder), model: "big", allowedTools: ["Read"] });
  expect((await agent.run(request)).warnings).toEqual([
    "allowed_tools: mine can't be told which tools to use",
    "model: the arguments of mine have no {model}, so big was not passed on",
  ]);
});

describe("CustomAgent refuses", () => {
  test.each([
    [{ args: ["{prompt}"] }, /a placeholder stands alone/],
    [{ args: ["x{model}"] }, /a placeholder stands alone/],
    [{ args: ["{model}{model}"] }, /a placeholder stands alone/],
    [{ args: ["a\0b"] }, /no NUL/],
    [{ prompt: "file" }, /\{prompt_file\} belongs to prompt: file/],
    [{ args: ["{prompt_file}"] }, /\{prompt_file\} belongs to prompt: file/],
    [{ binary: "../evil" }, /a program's name or an absolute path/],
    [{ name: "Mine" }, /lower-case/],
    [{ output: { format: "jsonl", message: "a..b" } }, /names joined by dots|Invalid input/],
    [{ shell: true }, /Unrecognized key/],
  ])("%j", (change, message) => {
    const parsed = CustomAgent.safeParse({ name: "mine", binary: "mine", ...change });
    expect(parsed.success).toBe(false);
    expect(JSON.stringify(parsed.error?.issues)).toMatch(message);
  });
});

describe("output", () => {
  test("text: all of it is the report, the end of it when it is very long", () => {
    const parser = createTextParser();
    for (let line = 0; line < 60_000; line++) parser.line(`line ${line}`);
    const [final] = parser.end();
    expect(final).toMatchObject({ type: "final", text: expect.stringMatching(/line 59998\nline 59999$/) });
    expect(JSON.stringify(final).length).toBeLessThan(300_000);
  });

  test("paths reach own fields only", () => {
    const parser = createJsonLinesParser({
      format: "jsonl",
      message: "constructor.name",
      message_when: {},
      message_join: false,
    });
    expect(parser.line('{"a":1}')).toEqual([]);
    expect(parser.line('{"constructor":{"name":"mine"}}')).toEqual([{ type: "message", text: "mine" }]);
  });

  test("an error field is an error, by its class", () => {
    const parser = createJsonLinesParser({
      format: "jsonl",
      message: "m",
      message_when: {},
      message_join: false,
      error: "error.message",
    });
    expect(parser.line('{"error":{"message":"HTTP 429 too many requests"}}')).toEqual([
      { type: "error", code: "rate_limited", retryable: true, message: "HTTP 429 too many requests" },
    ]);
  });

  test("numbers that are not there stay unknown", () => {
    const parser = createJsonLinesParser({
      format: "jsonl",
      message: "m",
      message_when: {},
      message_join: false,
      tokens_in: "u.in",
      cost: "u.usd",
    });
    parser.line('{"m":"hi","u":{"in":5,"usd":"free"}}');
    expect(parser.end()).toEqual([
      { type: "usage", tokensIn: 5, tokensOut: undefined, costUsd: undefined, cumulative: "none" },
      { type: "final", text: "hi" },
    ]);
  });
});
