// Cause → status and error code with the real binaries, each cause made by the scripted model or from outside.
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Script } from "../../model/script.ts";
import { drive, models } from "./drive.ts";

interface Row {
  cause: string;
  script: Script;
  env?: Record<string, string>;
  /** Not the same for all where a pattern stands. */
  status: string | RegExp;
  code: string;
  /** How often the model may be asked; 2 unless told. */
  calls?: number;
}

const once = (fault: NonNullable<Script[number]["turns"][number]["fault"]>): Script => [
  { turns: [{ fault }], forever: true },
];

const rows: Row[] = [
  {
    cause: "401",
    script: once({ status: 401, message: "invalid x-api-key" }),
    status: "failed",
    code: "auth",
  },
  { cause: "403", script: once({ status: 403, message: "forbidden" }), status: "failed", code: "auth" },
  {
    cause: "429 with Retry-After",
    script: once({ status: 429, retry_after_sec: 60, message: "rate limit reached" }),
    status: "retryable",
    code: "rate_limited",
  },
  { cause: "500", script: once({ status: 500, message: "oops" }), status: "retryable", code: "overloaded" },
  {
    cause: "529",
    script: once({ status: 529, message: "Overloaded" }),
    status: "retryable",
    code: "overloaded",
  },
  { cause: "an answer that is cut", script: once("cut"), status: "retryable", code: "overloaded" },
  {
    cause: "an answer without headers or end",
    script: once("no_headers"),
    env: { AGENT_STALL_SEC: "8" },
    status: "retryable",
    code: "stalled",
  },
  {
    cause: "an answer that stalls",
    script: once("stall"),
    env: { AGENT_STALL_SEC: "8" },
    status: "retryable",
    code: "stalled",
  },
  {
    cause: "a conversation that is too long",
    script: once("context_too_long"),
    status: "failed",
    code: "context_too_long",
    // OpenCode tries to make it shorter.
    calls: 3,
  },
  {
    cause: "a model that there is not",
    script: once({ status: 404, message: "model not found" }),
    status: "failed",
    code: "invalid_job",
  },
  {
    cause: "an answer that says nothing",
    script: [{ turns: [{ say: "" }], forever: true }],
    status: /^(?:failed|retryable)$/,
    code: "bad_output",
  },
  {
    cause: "an answer that is no JSON",
    script: once("garbage"),
    status: /^(?:failed|retryable)$/,
    code: "bad_output",
  },
  { cause: "a refusal", script: once("refusal"), status: "failed", code: "refused" },
  {
    cause: "nobody at the address",
    script: once({ status: 500 }),
    env: { ANTHROPIC_BASE_URL: "http://127.0.0.1:9", OPENAI_BASE_URL: "http://127.0.0.1:9" },
    status: "retryable",
    code: "overloaded",
  },
  {
    cause: "a loop of tool calls, by the budget",
    script: [{ turns: [{ do: [{ run: "true" }] }], forever: true }],
    env: { MAX_API_CALLS_PER_STEP: "3" },
    status: "failed",
    code: "budget",
    calls: 3,
  },
];

describe.each(Object.keys(models))("%s", (agent) => {
  test.each(rows)("$cause", async ({ script, env, status, code, calls = 2 }) => {
    const { result, model } = await drive({ agent, script, env });
    expect(result.steps[0]).toMatchObject({ status: expect.stringMatching(status), error: { code } });
    // OpenCode asks for a title besides; nobody asks again by himself.
    expect(model.requests.length).toBeLessThanOrEqual(calls);
  });
});

test("Gemini CLI ends a loop of tool calls itself, and says success", async () => {
  const script: Script = [{ turns: [{ do: [{ run: "true" }] }], forever: true }];
  const { result } = await drive({ agent: "gemini", script });
  expect(result.steps[0]).toMatchObject({ status: "failed", error: { code: "max_turns" } });
});

test("no change is a success, and much text is cut in the artifacts, not held against anyone", async () => {
  const script: Script = [{ turns: [{ say: "Nothing to do.", padding: 300_000 }] }];
  const { result, folder } = await drive({ agent: "claude", script });
  expect(result).toMatchObject({ status: "success", change_status: "no_changes" });
  expect((await readFile(join(folder, "report.md"), "utf8")).startsWith("Nothing to do.")).toBe(true);
  for (const name of await readdir(join(folder, "steps", "01_implement"))) {
    expect((await stat(join(folder, "steps", "01_implement", name))).size).toBeLessThan(210_000 * 2);
  }
});
