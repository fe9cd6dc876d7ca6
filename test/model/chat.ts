// OpenAI's chat completions. https://platform.openai.com/docs/api-reference/chat
import { z } from "zod";
import { type Answer, type Asked, folderIn, type Protocol } from "./protocol.ts";

const Content = z
  .union([z.string(), z.null(), z.array(z.looseObject({ text: z.string().optional() }))])
  .optional()
  .transform((content) =>
    typeof content === "string" ? content : (content ?? []).map(({ text }) => text ?? "").join("\n"),
  );
const Request = z.looseObject({
  model: z.string(),
  stream: z.boolean().default(false),
  messages: z.array(z.looseObject({ role: z.string(), content: Content })),
  tools: z.array(z.looseObject({ function: z.looseObject({ name: z.string() }) })).default([]),
});

function calls(answer: Answer, asked: Asked) {
  return answer.calls.map(({ name, input }, index) => ({
    index,
    id: `call_${asked.spoken}_${index}`,
    type: "function",
    function: { name, arguments: JSON.stringify(input) },
  }));
}

function usage({ usage: { input, cached, output } }: Answer) {
  return {
    prompt_tokens: input + cached,
    completion_tokens: output,
    total_tokens: input + cached + output,
    prompt_tokens_details: { cached_tokens: cached },
  };
}

const finish = ({ calls, refused }: Answer): string =>
  refused ? "content_filter" : calls.length > 0 ? "tool_calls" : "stop";

export const chat: Protocol = {
  read(body) {
    const { model, stream, messages, tools } = Request.parse(body);
    return {
      model,
      stream,
      first: messages.find(({ role }) => role === "user")?.content ?? "",
      spoken: messages.filter(({ role }) => role === "assistant").length,
      tools: new Map(tools.map((tool) => [tool.function.name, "function"])),
      folder: folderIn(messages.map(({ content }) => content).join("\n")),
    };
  },
  stream(answer, asked) {
    const chunk = (delta: object, finish_reason: string | null = null) => ({
      data: {
        id: `chat_${asked.spoken}`,
        object: "chat.completion.chunk",
        created: 0,
        model: asked.model,
        choices: [{ index: 0, delta, finish_reason }],
      },
    });
    return [
      chunk({ role: "assistant", content: "" }),
      ...(answer.text === "" ? [] : [chunk({ content: answer.text })]),
      ...calls(answer, asked).map((call) => chunk({ tool_calls: [call] })),
      chunk({}, finish(answer)),
      {
        data: {
          id: `chat_${asked.spoken}`,
          object: "chat.completion.chunk",
          created: 0,
          model: asked.model,
          choices: [],
          usage: usage(answer),
        },
      },
      { data: "[DONE]" },
    ];
  },
  whole(answer, asked) {
    const tool_calls = calls(answer, asked);
    const message = {
      role: "assistant",
      content: answer.text,
      ...(tool_calls.length > 0 ? { tool_calls } : {}),
    };
    return {
      id: `chat_${asked.spoken}`,
      object: "chat.completion",
      created: 0,
      model: asked.model,
      choices: [{ index: 0, message, finish_reason: finish(answer) }],
      usage: usage(answer),
    };
  },
  error: (status, message) => ({
    error: { message, type: status === 429 ? "rate_limit_exceeded" : "error", param: null, code: null },
  }),
  contextTooLong: {
    status: 400,
    body: {
      error: {
        message: "This model's maximum context length is 200000 tokens.",
        type: "invalid_request_error",
        param: "messages",
        code: "context_length_exceeded",
      },
    },
  },
};
