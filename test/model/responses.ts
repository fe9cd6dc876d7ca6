// OpenAI's Responses API. https://platform.openai.com/docs/api-reference/responses-streaming
import { z } from "zod";
import { type Answer, type Asked, folderIn, type Protocol } from "./protocol.ts";

const Tool = z.looseObject({ type: z.string(), name: z.string().optional() });
const Item = z.looseObject({
  type: z.string().default("message"),
  role: z.string().optional(),
  content: z
    .union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))])
    .optional()
    .transform((content) =>
      typeof content === "string" ? content : (content ?? []).map(({ text }) => text ?? "").join("\n"),
    ),
  /** Newer models hear of their tools in the conversation, by namespace (as Codex 0.169.0 sends it). */
  tools: z.array(Tool.extend({ tools: z.array(Tool).default([]) })).default([]),
});
const Request = z.looseObject({
  model: z.string(),
  stream: z.boolean().default(false),
  instructions: z.string().default(""),
  input: z.array(Item),
  tools: z.array(Tool).default([]),
});

/** One answer of the model may be several items: they count as one as long as nothing else stands between them. */
function countSpoken(items: z.infer<typeof Item>[]): number {
  const own = items.map(
    ({ type, role }) => role === "assistant" || /^(?:function|custom_tool)_call$/.test(type),
  );
  return own.filter((is, at) => is && !own[at - 1]).length;
}

function output(answer: Answer, asked: Asked) {
  const text = answer.text === "" && answer.calls.length > 0 ? [] : [messageOf(answer, asked)];
  const calls = answer.calls.map(({ name, input }, at) => {
    const call_id = `call_${asked.spoken}_${at}`;
    return typeof input === "string"
      ? {
          type: "custom_tool_call",
          id: `ctc_${asked.spoken}_${at}`,
          call_id,
          name,
          input,
          status: "completed",
        }
      : {
          type: "function_call",
          id: `fc_${asked.spoken}_${at}`,
          call_id,
          name,
          arguments: JSON.stringify(input),
          status: "completed",
        };
  });
  return [...text, ...calls];
}

function messageOf(answer: Answer, asked: Asked) {
  const part = answer.refused
    ? { type: "refusal", refusal: answer.text }
    : { type: "output_text", text: answer.text, annotations: [] };
  return {
    type: "message",
    id: `msg_${asked.spoken}`,
    role: "assistant",
    status: "completed",
    content: [part],
  };
}

function response(answer: Answer, asked: Asked) {
  const { input, cached, output: written } = answer.usage;
  return {
    id: `resp_${asked.spoken}`,
    object: "response",
    created_at: 0,
    status: "completed",
    model: asked.model,
    output: output(answer, asked),
    usage: {
      input_tokens: input + cached,
      input_tokens_details: { cached_tokens: cached },
      output_tokens: written,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: input + cached + written,
    },
  };
}

export const responses: Protocol = {
  read(body) {
    const { model, stream, instructions, input, tools } = Request.parse(body);
    const offered = [...tools, ...input.flatMap((item) => item.tools.flatMap((space) => space.tools))];
    const people = input.filter(({ role }) => role === "user");
    return {
      model,
      stream,
      // The CLI's own context comes before what a person wrote.
      first: people.map(({ content }) => content).join("\n"),
      spoken: countSpoken(input),
      tools: new Map(
        offered.map(({ name, type }) => [name ?? type, type === "custom" ? "custom" : "function"]),
      ),
      folder: folderIn(instructions + input.map(({ content }) => content).join("\n")),
    };
  },
  stream(answer, asked) {
    const whole = response(answer, asked);
    const items = whole.output.flatMap((item, output_index) => [
      {
        event: "response.output_item.added",
        data: { type: "response.output_item.added", output_index, item },
      },
      { event: "response.output_item.done", data: { type: "response.output_item.done", output_index, item } },
    ]);
    return [
      {
        event: "response.created",
        data: {
          type: "response.created",
          response: { ...whole, status: "in_progress", output: [], usage: null },
        },
      },
      ...items,
      { event: "response.completed", data: { type: "response.completed", response: whole } },
    ];
  },
  whole: response,
  error: (status, message) => ({
    error: { message, type: status === 429 ? "rate_limit_exceeded" : "error", param: null, code: null },
  }),
  contextTooLong: {
    status: 400,
    body: {
      error: {
        message: "Your input exceeds the context window of this model.",
        type: "invalid_request_error",
        param: "input",
        code: "context_length_exceeded",
      },
    },
  },
};
