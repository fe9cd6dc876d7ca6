// Google's Gemini API. https://ai.google.dev/api/generate-content
import { z } from "zod";
import { type Answer, type Asked, folderIn, type Protocol } from "./protocol.ts";

const Content = z.looseObject({
  role: z.string().optional(),
  parts: z.array(z.looseObject({ text: z.string().optional() })).default([]),
});
const Request = z.looseObject({
  contents: z.array(Content),
  systemInstruction: Content.optional(),
  generationConfig: z
    .looseObject({ responseJsonSchema: z.unknown().optional(), responseSchema: z.unknown().optional() })
    .default({}),
  tools: z
    .array(z.looseObject({ functionDeclarations: z.array(z.looseObject({ name: z.string() })).default([]) }))
    .default([]),
});

const textOf = ({ parts }: z.infer<typeof Content>): string => parts.map(({ text }) => text ?? "").join("\n");

function whole(answer: Answer, asked: Asked) {
  const { input, cached, output } = answer.usage;
  const calls = answer.calls.map(({ name, input: args }) => ({ functionCall: { name, args } }));
  const parts = [...(answer.text === "" ? [] : [{ text: answer.text }]), ...calls];
  return {
    candidates: [
      { index: 0, content: { role: "model", parts }, finishReason: answer.refused ? "SAFETY" : "STOP" },
    ],
    usageMetadata: {
      promptTokenCount: input + cached,
      cachedContentTokenCount: cached,
      candidatesTokenCount: output,
      totalTokenCount: input + cached + output,
    },
    modelVersion: asked.model,
  };
}

export const gemini: Protocol = {
  read(body, url) {
    const { contents, generationConfig, systemInstruction, tools } = Request.parse(body);
    const people = contents.filter(({ role }) => role !== "model");
    return {
      model: /\/models\/([^:]+):/.exec(url.pathname)?.[1] ?? "",
      stream: url.pathname.endsWith(":streamGenerateContent"),
      first: people.map(textOf).join("\n"),
      schema: generationConfig.responseJsonSchema ?? generationConfig.responseSchema,
      spoken: contents.filter(({ role }) => role === "model").length,
      tools: new Map(
        tools.flatMap(({ functionDeclarations }) =>
          functionDeclarations.map(({ name }) => [name, "function" as const]),
        ),
      ),
      folder: folderIn(
        [...(systemInstruction ? [systemInstruction] : []), ...contents].map(textOf).join("\n"),
      ),
    };
  },
  stream: (answer, asked) => [{ data: whole(answer, asked) }],
  whole,
  error: (status, message) => ({
    error: { code: status, message, status: status === 429 ? "RESOURCE_EXHAUSTED" : "INTERNAL" },
  }),
  contextTooLong: {
    status: 400,
    body: {
      error: {
        code: 400,
        message: "The input token count exceeds the maximum number of tokens allowed.",
        status: "INVALID_ARGUMENT",
      },
    },
  },
};
