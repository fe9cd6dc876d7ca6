import { describe, expect, test } from "vitest";
import { createBodyInspection } from "../../../src/sandbox/model/inspect-body.ts";
import type { CallKind } from "../../../src/sandbox/model/provider.ts";
import { RefusedBody } from "../../../src/sandbox/model/refused-body.ts";

/** The status and reason of a refusal; undefined when the body passes. */
function refusal(kind: CallKind, body: string | object, limitedCost = false): string | undefined {
  const inspection = createBodyInspection({ kind, limitedCost, onModel: () => undefined });
  try {
    const text = typeof body === "string" ? body : JSON.stringify({ model: "m", ...body });
    for (const byte of Buffer.from(text)) inspection.push(Buffer.from([byte]));
    inspection.end();
    return undefined;
  } catch (error) {
    if (error instanceof RefusedBody) return `${error.status ?? "final"} ${error.message}`;
    throw error;
  }
}

const text = [{ role: "user", content: "call https://example.com, tools: web_search" }];
const picture = "data:image/png;base64,iVBORw0KGgo=";

describe("what the CLIs send passes", () => {
  test.each<[string, CallKind, object]>([
    [
      "Anthropic's tools and pictures",
      "anthropic",
      {
        messages: [
          ...text,
          {
            role: "user",
            content: [
              { type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" } },
              { type: "tool_result", tool_use_id: "1", content: [{ type: "text", text: "web_search" }] },
            ],
          },
          {
            role: "assistant",
            content: [
              { type: "tool_use", name: "fetch", input: { source: { type: "url", url: "https://x.test" } } },
            ],
          },
        ],
        tools: [
          { name: "Bash", input_schema: { type: "object", properties: { type: { type: "string" } } } },
          { type: "custom", name: "Edit", input_schema: {} },
          { type: "bash_20250124", name: "bash" },
          { type: "text_editor_20250728", name: "edit" },
        ],
        mcp_servers: [],
        container: null,
        metadata: { user_id: "u" },
      },
    ],
    [
      "OpenAI's responses",
      "responses",
      {
        input: [
          { type: "message", role: "user", content: [{ type: "input_image", image_url: picture }] },
          { type: "function_call_output", call_id: "1", output: "web_search" },
        ],
        tools: [
          { type: "function", name: "shell", parameters: { properties: { image_url: { type: "string" } } } },
          { type: "custom", name: "apply_patch" },
          { type: "local_shell" },
        ],
        background: false,
        store: false,
      },
    ],
    [
      "chat completions",
      "chat",
      {
        messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: picture } }] }],
        tools: [{ type: "function", function: { name: "f", parameters: { type: "object" } } }],
        stream_options: { include_usage: true },
      },
    ],
    [
      "Gemini's calls",
      "gemini",
      {
        contents: [
          {
            parts: [
              { inlineData: { mimeType: "image/png", data: "" } },
              { functionCall: { args: { fileUri: "x" } } },
            ],
          },
        ],
        tools: [{ functionDeclarations: [{ name: "googleSearch" }] }],
      },
    ],
  ])("%s", (_, kind, body) => {
    expect(refusal(kind, body, true)).toBeUndefined();
  });
});

describe("what would reach out through the provider is refused", () => {
  const url = "https://attacker.test/?stolen";
  test.each<[string, CallKind, object]>([
    ["Anthropic's web search", "anthropic", { tools: [{ type: "web_search_20250305", name: "web_search" }] }],
    ["Anthropic's web fetch", "anthropic", { tools: [{ name: "ok" }, { type: "web_fetch_20250910" }] }],
    ["Anthropic's code execution", "anthropic", { tools: [{ type: "code_execution_20250825" }] }],
    ["Anthropic's MCP toolset", "anthropic", { tools: [{ type: "mcp_toolset" }] }],
    ["Anthropic's MCP connector", "anthropic", { mcp_servers: [{ type: "url", url }] }],
    ["the same in other case", "anthropic", { MCP_Servers: [{ type: "url", url }] }],
    ["a container", "anthropic", { container: { skills: [] } }],
    [
      "a picture by address",
      "anthropic",
      { messages: [{ content: [{ type: "image", source: { type: "url", url } }] }] },
    ],
    [
      "a picture by address in a tool's result",
      "anthropic",
      {
        messages: [
          { content: [{ type: "tool_result", content: [{ type: "image", source: { url, type: "url" } }] }] },
        ],
      },
    ],
    ["OpenAI's web search", "responses", { tools: [{ type: "web_search", external_web_access: true }] }],
    [
      "OpenAI's remote MCP",
      "responses",
      { tools: [{ type: "mcp", server_url: url, require_approval: "never" }] },
    ],
    [
      "OpenAI's interpreter",
      "responses",
      { tools: [{ type: "code_interpreter", container: { type: "auto" } }] },
    ],
    [
      "a tool within a namespace",
      "responses",
      { tools: [{ type: "namespace", name: "n", tools: [{ type: "mcp", server_url: url }] }] },
    ],
    ["OpenAI's picture by address", "responses", { input: [{ content: [{ image_url: url }] }] }],
    ["OpenAI's file by address", "responses", { input: [{ content: [{ file_url: url }] }] }],
    ["a picture in a tool's output", "responses", { input: [{ output: [{ image_url: url }] }] }],
    ["a picture as a prompt's variable", "responses", { prompt: { variables: { x: { image_url: url } } } }],
    ["a response in the background", "responses", { background: true }],
    ["a search in chat", "chat", { web_search_options: {} }],
    ["a plugin", "chat", { plugins: [{ id: "web" }] }],
    ["a searching model", "chat", { model: "gpt-4o-search-preview" }],
    ["a model with search", "chat", { model: "openai/gpt-5:online" }],
    [
      "a chat's picture by address",
      "chat",
      { messages: [{ content: [{ type: "image_url", image_url: { url } }] }] },
    ],
    ["Google search", "gemini", { tools: [{ googleSearch: {} }] }],
    ["Google search, by its other name", "gemini", { tools: [{ google_search: {} }] }],
    ["Gemini's URL context", "gemini", { tools: [{ functionDeclarations: [] }, { urlContext: {} }] }],
    ["Gemini's code execution", "gemini", { tools: [{ codeExecution: {} }] }],
    ["a tool outside of a list", "gemini", { tools: { googleSearch: {} } }],
    ["Gemini's file by address", "gemini", { contents: [{ parts: [{ fileData: { fileUri: url } }] }] }],
    [
      "the same in the system's words",
      "gemini",
      { systemInstruction: { parts: [{ file_data: { file_uri: url } }] } },
    ],
  ])("%s", (_, kind, body) => {
    expect(refusal(kind, body)).toMatch(/^final .*(?:provider|searches|listens)/);
  });

  test("also behind escapes, and when another member of that name is harmless", () => {
    expect(
      refusal("anthropic", String.raw`{"model":"m","to\u006fls":[{"type":"web\u005fsearch_1"}]}`),
    ).toMatch(/^final .*(?:provider|searches|listens)/);
    expect(
      refusal("anthropic", '{"model":"m","tools":[],"tools":[{"type":"web_fetch_1"}],"tools":[]}'),
    ).toMatch(/^final .*(?:provider|searches|listens)/);
  });
});

describe("the model", () => {
  test.each([
    ["two of them", '{"model":"cheap","model":"dear"}'],
    ["two in different case", '{"model":"cheap","Model":"dear"}'],
    ["none", '{"messages":[]}'],
    ["none that is a name", '{"model":["dear"]}'],
    ["a list instead of an object", '[{"model":"m"}]'],
    ["a body that ends early", '{"model":"m"'],
    ["a body that is no JSON", "model=m"],
  ])("%s is refused", (_, body) => {
    expect(refusal("chat", body)).toMatch(/^400 /);
  });
});

describe("with a cost limit", () => {
  test.each<[CallKind, object]>([
    ["responses", { service_tier: "priority" }],
    ["anthropic", { speed: "fast" }],
    ["anthropic", { speed: { fast: true } }],
  ])("what makes a call dearer is refused: %s %j", (kind, body) => {
    expect(refusal(kind, body, true)).toMatch(/^final .*cost limit/);
    expect(refusal(kind, body, false)).toBeUndefined();
  });

  test("the usual tiers pass", () => {
    expect(refusal("responses", { service_tier: "auto" }, true)).toBeUndefined();
    expect(refusal("anthropic", { service_tier: "standard_only", speed: null }, true)).toBeUndefined();
  });
});
