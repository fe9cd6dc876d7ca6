// Anthropic's Messages API. https://docs.anthropic.com/en/api/messages and …/messages-streaming
import { z } from "zod";
import { type Answer, type Asked, folderIn, type Protocol } from "./protocol.ts";

const Text = z.union([
  z.string(),
  z
    .array(z.looseObject({ type: z.string(), text: z.string().optional() }))
    .transform((parts) => parts.map(({ text }) => text ?? "").join("\n")),
]);
const Request = z.looseObject({
  model: z.string(),
  stream: z.boolean().default(false),
  system: Text.default(""),
  messages: z.array(z.looseObject({ role: z.string(), content: Text })),
  tools: z.array(z.looseObject({ name: z.string() })).default([]),
});

function usage({ usage: { input, cached, output } }: Answer) {
  return {
    input_tokens: input,
    cache_read_input_tokens: cached,
    cache_creation_input_tokens: 0,
    output_tokens: output,
  };
}

function content(answer: Answer, asked: Asked) {
  const text = answer.text === "" ? [] : [{ type: "text", text: answer.text }];
  const calls = answer.calls.map(({ name, input }, at) => ({
    type: "tool_use",
    id: `toolu_${asked.spoken}_${at}`,
    name,
    input,
  }));
  return [...text, ...calls];
}

const stopReason = ({ calls, refused }: Answer): string =>
  refused ? "refusal" : calls.length > 0 ? "tool_use" : "end_turn";

export const anthropic: Protocol = {
  read(body) {
    const { model, stream, system, messages, tools } = Request.parse(body);
    return {
      model,
      stream,
      first: messages.find(({ role }) => role === "user")?.content ?? "",
      spoken: messages.filter(({ role }) => role === "assistant").length,
      tools: new Map(tools.map(({ name }) => [name, "function"])),
      folder: folderIn(system + messages.map((message) => message.content).join("\n")),
    };
  },
  stream(answer, asked) {
    const { output_tokens: _later, ...before } = usage(answer);
    const message = {
      id: `msg_${asked.spoken}`,
      type: "message",
      role: "assistant",
      model: asked.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
    };
    const blocks = content(answer, asked).flatMap((block, index) => {
      const isText = block.type === "text";
      const start = isText ? { type: "text", text: "" } : { ...block, input: {} };
      const delta =
        "text" in block
          ? { type: "text_delta", text: block.text }
          : { type: "input_json_delta", partial_json: JSON.stringify(block.input) };
      return [
        { event: "content_block_start", data: { type: "content_block_start", index, content_block: start } },
        { event: "content_block_delta", data: { type: "content_block_delta", index, delta } },
        { event: "content_block_stop", data: { type: "content_block_stop", index } },
      ];
    });
    return [
      {
        event: "message_start",
        data: { type: "message_start", message: { ...message, usage: { ...before, output_tokens: 1 } } },
      },
      ...blocks,
      {
        event: "message_delta",
        data: {
          type: "message_delta",
          delta: { stop_reason: stopReason(answer), stop_sequence: null },
          usage: usage(answer),
        },
      },
      { event: "message_stop", data: { type: "message_stop" } },
    ];
  },
  whole: (answer, asked) => ({
    id: `msg_${asked.spoken}`,
    type: "message",
    role: "assistant",
    model: asked.model,
    content: content(answer, asked),
    stop_reason: stopReason(answer),
    stop_sequence: null,
    usage: usage(answer),
  }),
  error: (status, message) => ({ type: "error", error: { type: errorType(status), message } }),
  contextTooLong: {
    status: 400,
    body: {
      type: "error",
      error: { type: "invalid_request_error", message: "prompt is too long: 250000 tokens > 200000 maximum" },
    },
  },
};

function errorType(status: number): string {
  const types: Record<number, string> = {
    401: "authentication_error",
    403: "permission_error",
    429: "rate_limit_error",
    500: "api_error",
    529: "overloaded_error",
  };
  return types[status] ?? "invalid_request_error";
}
