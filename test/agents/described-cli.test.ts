import { describe, expect, test } from "vitest";
import type { AgentCommand, AgentRequest } from "../../src/agents/agent.ts";
import { createDescribedCli } from "../../src/agents/described-cli-agent.ts";
import { DescribedCli } from "../../src/agents/described-cli.ts";
import { createJsonLinesParser, createTextParser } from "../../src/agents/described-stream.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { createTestLaunch, program } from "./launch.ts";
import { ask } from "./requests.ts";

const folder = await temporaryFolder();

/** What the program was given as arguments. */
async function argumentsGiven(description: object, change: Partial<AgentRequest> = {}): Promise<unknown> {
  const args = "args" in description && Array.isArray(description.args) ? description.args : [];
  const agent = createDescribedCli(
    DescribedCli.parse({
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
  const agent = createDescribedCli(
    DescribedCli.parse({ name: "mine", binary: process.execPath, args: [program("prints-arguments")] }),
  );
  const { request } = ask({ launch: createTestLaunch(folder), model: "big", allowedTools: ["Read"] });
  expect((await agent.run(request)).warnings).toEqual([
    "allowed_tools: mine can't be told which tools to use",
    "model: the arguments of mine have no {model}, so big was not passed on",
  ]);
});

describe("DescribedCli refuses", () => {
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
    [{ env: { KEY: "{tokn}" } }, /there is no \{tokn\}/],
    [{ env: { "A B": "x" } }, /a variable's name/],
    [{ home_files: { "../.bashrc": "x" } }, /a path below HOME/],
    [{ home_files: { "a/../../b": "x" } }, /a path below HOME/],
    [{ home_files: { "/etc/passwd": "x" } }, /a path below HOME/],
    [{ home_files: { ".": "x" } }, /a path below HOME/],
    [{ home_files: { "a/": "x" } }, /a path below HOME/],
    [{ home_files: { ".patchbay/prompt.md": "x" } }, /Patchbay's own/],
    [{ home_files: { a: "{gateway_mistral}" } }, /there is no \{gateway_mistral\}/],
    [{ args: ["--resume", "{session}"] }, /needs output.session/],
    [{ read_only_args: ["{prompt_file}"] }, /belongs to prompt: file/],
    [{ failures: [{ says: "(", code: "auth" }] }, /a regular expression/],
    [{ failures: [{ says: "x", code: "gate" }] }, /Invalid option/],
  ])("%j", (change, message) => {
    const parsed = DescribedCli.safeParse({ name: "mine", binary: "mine", ...change });
    expect(parsed.success).toBe(false);
    expect(JSON.stringify(parsed.error?.issues)).toMatch(message);
  });
});

describe("variables and files of HOME", () => {
  const gateways = { gemini: "http://127.0.0.1:3129/gemini" };
  const description = DescribedCli.parse({
    name: "mine",
    binary: "mine",
    env: { KEY: "{token}", URL: "{gateway_gemini}/v1beta", PLAIN: "{}" },
    home_files: { ".config/tool.json": '{"url":"{gateway_gemini}","home":"{home}","{other}":1}' },
  });

  test("are filled in", async () => {
    const commands: AgentCommand[] = [];
    const { request } = ask({
      gateways,
      launch: (command) => {
        commands.push(command);
        return Promise.resolve({ exitCode: 0, signal: undefined, ended: undefined, stderrTail: "" });
      },
    });
    await createDescribedCli(description).run(request);
    expect(commands[0]).toMatchObject({
      env: { KEY: "no-key-needed", URL: `${gateways.gemini}/v1beta`, PLAIN: "{}" },
      homeFiles: [
        {
          path: ".config/tool.json",
          content: `{"url":"${gateways.gemini}","home":"/srv/jobs/1/home","{other}":1}`,
        },
      ],
    });
  });

  test("tell which model APIs the agent uses, and what to set when one is not there", async () => {
    const agent = createDescribedCli(description);
    expect(agent.models).toEqual(["gemini"]);
    await expect(agent.run(ask({}).request)).rejects.toMatchObject({
      name: "UserError",
      code: "preflight",
      message: expect.stringContaining("Set GEMINI_API_KEY"),
    });
  });
});

describe("a session", () => {
  const output = { format: "jsonl", message: "m", session: "id" };
  test.each([
    [{ output, args: ["-r", "{session}"] }, ["-r", "abc"], "go on"],
    // A program that can't resume is told everything again.
    [{ output, args: ["-q"] }, ["-q"], "Add a check."],
    [{ output, args: ["-r", "{session}"], read_only_args: ["--safe"] }, ["--safe"], "Add a check."],
  ])("%j", async (fields, args, stdin) => {
    const commands: AgentCommand[] = [];
    const { request } = ask({
      sessionId: "abc",
      resumePrompt: "go on",
      readOnly: "read_only_args" in fields,
      launch: (command, onLine) => {
        commands.push(command);
        onLine('{"m":"done"}');
        return Promise.resolve({ exitCode: 0, signal: undefined, ended: undefined, stderrTail: "" });
      },
    });
    await createDescribedCli(DescribedCli.parse({ name: "mine", binary: "mine", ...fields })).run(request);
    expect(commands).toMatchObject([{ args, stdin }]);
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

  test("a message in pieces ends with another line; the last one is the report", () => {
    const parser = createJsonLinesParser({
      format: "jsonl",
      message: "m",
      message_when: { t: "text" },
      message_join: true,
    });
    const said = [
      '{"t":"text","m":"let me "}',
      '{"t":"text","m":"look"}',
      '{"t":"tool"}',
      '{"t":"text","m":"Done"}',
    ];
    expect(said.flatMap((line) => parser.line(line))).toHaveLength(3);
    expect(parser.end()).toEqual([{ type: "final", text: "Done" }]);
    for (const line of said.slice(0, 2)) parser.line(line);
    expect(parser.end()).toEqual([{ type: "final", text: "let me look" }]);
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
