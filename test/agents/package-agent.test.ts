// Agents of packages: the one of the documentation, and all ways in which one can be wrong.
import { chmod, mkdir, mkdtemp, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Agent, AgentRequest } from "../../src/agents/agent.ts";
import { loadPackageAgent } from "../../src/agents/load-package-agent.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { ask } from "./requests.ts";

const root = await temporaryFolder();
await chmod(root, 0o755);
const manifest = {
  name: "patchbay-agent-x",
  version: "1.2.3",
  type: "module",
  patchbay: { contract: 1, agent: "./agent.js" },
};
const good =
  "export const createAgent = () => ({ run: async () => ({ status: 'success', report: 'Done.' }) });";

/** An operator's folder with the package in it. */
async function install(code: string, change: object | string = {}) {
  const folder = await mkdtemp(join(root, "operator-"));
  const place = join(folder, "node_modules", "patchbay-agent-x");
  await mkdir(place, { recursive: true });
  const text = typeof change === "string" ? change : JSON.stringify({ ...manifest, ...change });
  await writeFile(join(place, "package.json"), text);
  await writeFile(join(place, "agent.js"), code);
  const agentsFile = join(folder, "agents.yml");
  await writeFile(agentsFile, "");
  return { folder, place, agentsFile };
}

async function load(agentsFile: string, options = {}, closed: string[] = []) {
  const description = { name: "x", kind: "package" as const, package: "patchbay-agent-x", options };
  return loadPackageAgent(description, { agentsFile, closed });
}

async function agentOf(code: string): Promise<Agent> {
  return (await load((await install(code)).agentsFile)).agent;
}

/** The agent whose `run` has this body. */
const runs = (body: string, fields = "") =>
  agentOf(`export const createAgent = () => ({ ${fields} run: async (request) => { ${body} } });`);

describe("a package that is refused, by its name and with what to do", () => {
  test("it is not installed, or only in the folder where the command runs", async () => {
    const { folder } = await install(good);
    const elsewhere = join(await mkdtemp(join(root, "elsewhere-")), "agents.yml");
    await writeFile(elsewhere, "");
    const before = process.cwd();
    process.chdir(folder);
    try {
      await expect(load(elsewhere)).rejects.toMatchObject({
        name: "UserError",
        code: "preflight",
        message: expect.stringMatching(
          /package patchbay-agent-x of the agent x: it is not installed; run: npm install --prefix/,
        ),
      });
    } finally {
      process.chdir(before);
    }
  });

  test.each<[string, string, object | string, RegExp]>([
    ["no JSON", good, "{", /package.json is not right/],
    ["no word of Patchbay", good, { patchbay: undefined }, /it has no "patchbay"/],
    [
      "another version",
      "throw new Error('ran')",
      { patchbay: { contract: 2, agent: "./agent.js" } },
      /version 2 of the contract, and this Patchbay knows 1/,
    ],
    [
      "a path that leads out",
      good,
      { patchbay: { contract: 1, agent: "./../../evil.js" } },
      /a JavaScript file below the package/,
    ],
    [
      "an absolute path",
      good,
      { patchbay: { contract: 1, agent: "/etc/evil.js" } },
      /a JavaScript file below the package/,
    ],
    [
      "a file that is not there",
      good,
      { patchbay: { contract: 1, agent: "./other.js" } },
      /\.\/other\.js is not there/,
    ],
    ["code that breaks", "throw new Error('no database')", {}, /it can't be loaded: no database/],
    ["a syntax error", "export const = 5", {}, /it can't be loaded: /],
    ["no createAgent", "export default 5", {}, /does not keep the contract: createAgent: a function/],
    [
      "createAgent that throws",
      "export const createAgent = () => { throw new Error('no option tone') }",
      {},
      /no option tone/,
    ],
    [
      "no agent",
      "export const createAgent = () => ({ run: 5 })",
      {},
      /createAgent returned no agent: run: a function/,
    ],
    [
      "a program with a path",
      "export const createAgent = () => ({ run() {}, binary: '../x' })",
      {},
      /binary: a program's name/,
    ],
  ])("%s", async (_what, code, change, message) => {
    const { agentsFile } = await install(code, change);
    await expect(load(agentsFile)).rejects.toMatchObject({
      name: "UserError",
      message: expect.stringMatching(message),
    });
    await expect(load(agentsFile)).rejects.toThrow("the package patchbay-agent-x of the agent x");
  });

  test("an entry that is a link out of it", async () => {
    const { place, folder, agentsFile } = await install(good, {
      patchbay: { contract: 1, agent: "./link.js" },
    });
    await writeFile(join(folder, "evil.js"), good);
    await symlink(join(folder, "evil.js"), join(place, "link.js"));
    await expect(load(agentsFile)).rejects.toThrow(/its agent lies outside of it/);
  });

  test("a place where agents, or others, write", async () => {
    const { folder, place, agentsFile } = await install(good);
    await expect(load(agentsFile, {}, [folder])).rejects.toThrow(/where agents write/);
    await chmod(join(place, "agent.js"), 0o666);
    await expect(load(agentsFile)).rejects.toThrow(/agent\.js can be written by other users/);
  });
});

describe("an agent of a package", () => {
  test("is told its name and options, and what it may know of a step", async () => {
    const { agentsFile } = await install(
      "export const createAgent = async (context) => ({ run: async (request) => ({ status: 'success', report: JSON.stringify([context, Object.keys(request).sort(), request.prompt]) }) });",
    );
    const { agent, from } = await load(agentsFile, { tone: "short" });
    expect(from).toBe("patchbay-agent-x 1.2.3");
    const { report } = await agent.run(ask({ prompt: "Do." }).request);
    const [context, keys, prompt]: unknown[] = JSON.parse(report);
    expect([context, prompt]).toEqual([{ name: "x", options: { tone: "short" } }, "Do."]);
    expect(keys).toEqual(
      expect.arrayContaining(["gateways", "launch", "onEvent", "signal", "timeoutMs", "token"]),
    );
  });

  test("starts the one program that it names, and no other", async () => {
    const started: string[] = [];
    const launch: AgentRequest["launch"] = (command) => {
      started.push(command.binary);
      return Promise.resolve({ exitCode: 0, signal: undefined, ended: undefined, stderrTail: "" });
    };
    const body = (binary: string) =>
      `const end = await request.launch({ binary: '${binary}', args: [], env: {}, stdin: '', homeFiles: [] }, () => {}); return { status: 'success', report: String(end.exitCode) };`;
    const agent = await runs(body("mine"), "binary: 'mine',");
    expect(agent.binary).toBe("mine");
    expect(await agent.run(ask({ launch }).request)).toMatchObject({ status: "success", report: "0" });
    const other = await runs(body("sh"), "binary: 'mine',");
    await expect(other.run(ask({ launch }).request)).rejects.toThrow(
      /names `mine` as its program and wants to start `sh`/,
    );
    const none = await runs(body("sh"));
    await expect(none.run(ask({ launch }).request)).rejects.toThrow(/names no program/);
    expect(started).toEqual(["mine"]);
  });

  test("has its events checked", async () => {
    const agent = await runs(
      "request.onEvent({ type: 'message', text: 'hi' }); request.onEvent({ type: 'usage', tokensIn: -1 }); request.onEvent('x'); return { status: 'success' };",
    );
    const { request, events } = ask();
    expect((await agent.run(request)).warnings).toEqual([
      "2 events of the package patchbay-agent-x 1.2.3 could not be read; events.jsonl keeps them",
    ]);
    expect(events).toEqual([
      { type: "message", text: "hi" },
      { type: "unparsed", line: 'patchbay-agent-x 1.2.3: {"type":"usage","tokensIn":-1}' },
      { type: "unparsed", line: 'patchbay-agent-x 1.2.3: "x"' },
    ]);
  });

  test.each([
    ["return 5", "bad_output", /patchbay-agent-x 1\.2\.3 ended with an outcome that breaks the contract/],
    ["return { status: 'great' }", "bad_output", /status/],
    ["return { status: 'failed' }", "bad_output", /error: there is one exactly when it failed/],
    ["return { status: 'success', costUsd: -1 }", "bad_output", /costUsd/],
    ["throw new Error('lost its way')", "crashed", /patchbay-agent-x 1\.2\.3 failed: lost its way/],
    ["throw undefined", "crashed", /patchbay-agent-x 1\.2\.3 failed/],
  ])("%s: %s", async (body, code, message) => {
    const outcome = await (await runs(body)).run(ask().request);
    expect(outcome).toMatchObject({
      status: "failed",
      error: { code, message: expect.stringMatching(message) },
    });
  });

  test("is ended by its time and by a cancel", async () => {
    const waits =
      "await new Promise((_, reject) => request.signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true }));";
    const late = await (await runs(waits)).run(ask({ patience: { timeoutMs: 20, stallMs: 1000 } }).request);
    expect(late).toMatchObject({ status: "timeout", error: { code: "timeout" } });
    const stop = new AbortController();
    const running = (await runs(waits)).run(ask({ signal: stop.signal }).request);
    stop.abort();
    expect(await running).toMatchObject({ status: "cancelled", error: undefined });
  });
});

test("the package of the documentation keeps the contract", async () => {
  const page = await readFile(
    join(import.meta.dirname, "..", "..", "docs", "agents", "package-contract.md"),
    "utf8",
  );
  const json = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
  const code = /```js\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
  const { agentsFile } = await install(code, json);
  const { agent } = await load(agentsFile, { tone: "short" });
  expect(agent.models).toEqual(["openai"]);
});
