import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, expect, test } from "vitest";
import type { AgentRequest } from "../../src/agents/agent.ts";
import type { BudgetLimits } from "../../src/budget/limits.ts";
import { createWorker } from "../../src/runner/worker.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { createTestClaim, createTestRunner, type Script } from "./house.ts";

const folder = await temporaryFolder();
const never = new AbortController().signal;
const step = { step_id: "01_ask", agent: "codex", role: "answerer", max_retries: 0 };
const apiKey = "sk-the-real-key-of-the-operator";

/** A model that tells which key it was asked with, and what answering took. */
const keys: (string | undefined)[] = [];
const model = createServer((request, response) => {
  keys.push(request.headers.authorization);
  void text(request).then((body) => {
    const isKnown = !body.includes("gpt-none");
    response.writeHead(isKnown ? 200 : 404, { "content-type": "application/json" });
    const usage = { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 };
    const answer = { model: "gpt-5", choices: [], usage };
    response.end(JSON.stringify(isKnown ? answer : { error: { message: "there is no such model" } }));
  });
});
model.listen(0, "127.0.0.1");
await once(model, "listening");
afterAll(() => model.close());
const address = model.address();
const baseUrl = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;

/** Asks the model as a CLI would; returns the answer's status. */
async function ask({ gateways, token }: AgentRequest, name = "gpt-5"): Promise<number> {
  const response = await fetch(`${gateways.openai}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ model: name, messages: [] }),
  });
  await response.arrayBuffer();
  return response.status;
}

async function open(name: string, script: Script, limits: Partial<BudgetLimits> = {}) {
  const house = await createTestRunner(
    join(folder, name),
    { codex: script },
    { openai: { baseUrl, apiKey } },
    limits,
  );
  return async () => {
    const spec = await house.newJob([step]);
    await createWorker(house.deps, never)(createTestClaim(spec).claim);
    const path = join(house.artifacts.stepFolder(spec.job_id, step.step_id), "events.jsonl");
    return { result: await house.artifacts.readResult(spec.job_id), events: await readFile(path, "utf8") };
  };
}

test("an agent asks the model with a key that is worth nothing elsewhere, and what passed the door is what it used", async () => {
  let token = "";
  const run = await open("asks", async (request) => {
    token = request.token;
    expect(await ask(request)).toBe(200);
    // What a program says of itself counts less.
    return { report: "Asked.\n", tokensIn: 1, costUsd: 0 };
  });
  const { result, events } = await run();
  expect(keys).toEqual([`Bearer ${apiKey}`]);
  expect(token).not.toContain(apiKey);
  expect(result?.metrics).toMatchObject({ tokens_in: 1000, tokens_out: 100, cost_usd: 0.02 });
  expect(events).toMatch(
    /"type":"network","method":"POST","target":"openai\/v1\/chat\/completions","allowed":true/,
  );
});

test("why a program crashed is what the model API said last, unless it answered since", async () => {
  const crashed = { status: "failed", error: { code: "crashed", message: "exit code 1" } } as const;
  const told = await open("crashes", async (request) => {
    expect(await ask(request, "gpt-none")).toBe(404);
    return crashed;
  });
  expect((await told()).result?.steps[0]?.error).toMatchObject({
    code: "invalid_job",
    message: "codex: status 404 from the model API: exit code 1",
  });
  const itself = await open("crashes-itself", async (request) => {
    await ask(request, "gpt-none");
    await ask(request);
    return crashed;
  });
  expect((await itself()).result?.steps[0]?.error).toMatchObject(crashed.error);
});

test("without a call through the door what the program says of itself is taken", async () => {
  const run = await open("silent", async () => ({ report: "Asked.\n", tokensIn: 7, costUsd: 0.5 }));
  const { result } = await run();
  expect(result?.metrics).toMatchObject({ tokens_in: 7, tokens_out: null, cost_usd: 0.5 });
});

test("what an agent asked past the doors is unknown to the budget, never 0", async () => {
  const run = await open("past-the-doors", async () => ({ report: "Asked.\n" }), { costUsdPerDay: 1 });
  const { result } = await run();
  expect(result?.metrics).toMatchObject({ cost_usd: null, tokens_in: null });
  expect(result?.steps[0]?.warnings).toEqual([
    expect.stringContaining("what this run cost is unknown: 0 calls counted"),
  ]);
});

test("a budget that is used up ends the step with its class and what was reached", async () => {
  const script: Script = async (request) => {
    while (!request.signal.aborted) await ask(request).catch(() => undefined);
    return { status: "cancelled" };
  };
  const before = keys.length;
  const run = await open("budget", script, { callsPerStep: 2, callsPerDay: 3 });
  expect((await run()).result).toMatchObject({
    status: "failed",
    error: { code: "budget", message: expect.stringMatching(/the limit of \d model calls is reached/) },
  });
  // What was used is charged, and sooner or later the day has nothing left.
  for (;;) {
    const { result } = await run();
    if (result?.error?.message.includes("MAX_DAILY_API_CALLS")) break;
    expect(result?.error?.code).toBe("budget");
  }
  expect(keys.length - before).toBeLessThanOrEqual(3);
});

test("a step may go on as long as there is something left, and no further", async () => {
  let answered = 0;
  const script: Script = async (request) => {
    while ((await ask(request).catch(() => 0)) === 200) answered += 1;
    return { report: "Asked.\n" };
  };
  const run = await open("goes-on", script, { callsPerDay: 25 });
  expect((await run()).result?.error?.code).toBe("budget");
  // Half of them were set aside at first.
  expect(answered).toBe(25);
});
