// The answer of a chat completion, streamed or whole, as it comes: its text, how it ended, what it used.
//
// OpenAI, "Chat completions", "Streaming"; HTML Standard, "Server-sent events".
import { z } from "zod";
import { createLineSplitter } from "../io/lines.ts";

const maxTextChars = 200_000;
const maxLineChars = 1_000_000;

const Text = z.string().nullish().catch(undefined);
const Said = z.object({ content: Text, refusal: Text });
const Part = z.object({
  choices: z
    .array(
      z.object({
        delta: Said.optional().catch(undefined),
        message: Said.optional().catch(undefined),
        finish_reason: Text,
      }),
    )
    .default([])
    .catch([]),
  usage: z
    .object({ prompt_tokens: z.number().nonnegative(), completion_tokens: z.number().nonnegative() })
    .nullish()
    .catch(undefined),
  /** Some servers tell of a failure in the middle of a stream. */
  error: z.object({ message: z.string() }).nullish().catch(undefined),
});

export interface ChatAnswer {
  /** Of more than 200,000 characters the beginning is kept, and `isTooLong` says so. */
  text: string;
  isTooLong: boolean;
  refusal: string | undefined;
  /** Undefined: the answer broke off. */
  finish: string | undefined;
  error: string | undefined;
  tokensIn: number | undefined;
  tokensOut: number | undefined;
  /** Lines that could not be read: the first 20, and how many there were. */
  unparsed: string[];
  unparsedCount: number;
}

/** Takes an answer piece by piece; `isStream` by its content type. */
export function createChatAnswer(isStream: boolean): { push(chunk: string): void; end(): ChatAnswer } {
  const answer: ChatAnswer = {
    text: "",
    isTooLong: false,
    refusal: undefined,
    finish: undefined,
    error: undefined,
    tokensIn: undefined,
    tokensOut: undefined,
    unparsed: [],
    unparsedCount: 0,
  };
  let whole = "";

  function take(json: string): void {
    const part = Part.safeParse(parse(json));
    if (!part.success) {
      answer.unparsedCount += 1;
      if (answer.unparsed.length < 20) answer.unparsed.push(json.slice(0, 1000));
      return;
    }
    const { choices, usage, error } = part.data;
    const [choice] = choices;
    const said = choice?.delta ?? choice?.message;
    const room = maxTextChars - answer.text.length;
    const news = said?.content ?? "";
    if (news.length > room) answer.isTooLong = true;
    answer.text += news.slice(0, room);
    answer.refusal = said?.refusal ?? answer.refusal;
    answer.finish = choice?.finish_reason ?? answer.finish;
    answer.error = error?.message ?? answer.error;
    answer.tokensIn = usage?.prompt_tokens ?? answer.tokensIn;
    answer.tokensOut = usage?.completion_tokens ?? answer.tokensOut;
  }

  const lines = createLineSplitter((line) => {
    const data = /^data: ?(.*)$/s.exec(line)?.[1];
    if (data !== undefined && data !== "[DONE]") take(data);
  }, maxLineChars);

  return {
    push(chunk) {
      if (isStream) lines.push(chunk);
      else whole += chunk.slice(0, Math.max(0, maxLineChars - whole.length));
    },
    end() {
      if (isStream) lines.flush();
      else take(whole);
      return answer;
    },
  };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
