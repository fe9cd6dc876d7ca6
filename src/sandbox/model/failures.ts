// What the model API said last when it gave no answer, for the runner, which reads it better than some programs do. One
// that asks again for minutes, and can't be told not to, hears of what may pass as of something final.
import type { IncomingMessage } from "node:http";
import { z } from "zod";
import { createByteMasker } from "./mask-bytes.ts";
import { dialects, type ProviderName } from "./provider.ts";

const maxReadBytes = 16_384;
const maxMessageChars = 500;

/**
 * What such a program hears. OpenCode 1.18.33 asks again after any status when the text has certain words or numbers in it
 * ("429", "server error", "socket hang up"), so that it says nothing of the cause.
 */
export const finalWords = "the call failed, and asking again is not for this program to do";

/** As the model API said it; `text` is one line, without the key, and empty when the program was told all of it. */
export interface LastWord {
  httpStatus: number | undefined;
  text: string;
}

export interface Failures {
  /** The status and the text with which a failure is told, where these would be told otherwise. */
  told(provider: ProviderName, status: number, text: string): { status: number; text: string };
  /** Whether an answer of this status is told in other words than the provider's. */
  rewords(status: number): boolean;
  /** Notes that an answer ended in its middle: nothing can be told in it any more. */
  brokeOff(): void;
  /** Whether that was noted and not yet told; it is told once. */
  untold(): boolean;
  /** Notes how a call ended; undefined: with an answer. */
  note(word: LastWord | undefined): void;
  last(): LastWord | undefined;
}

/** With `final` false everything is told as it is. */
export function createFailures({ final }: { final: boolean }): Failures {
  let noted = false;
  let last: LastWord | undefined;
  return {
    told: (provider, status, text) =>
      final ? { status: dialects[provider].finalStatus, text: finalWords } : { status, text },
    rewords: (status) => final && mayPass(status),
    brokeOff() {
      noted = final;
    },
    untold() {
      const was = noted;
      noted = false;
      return was;
    },
    note(word) {
      last = word;
    },
    last: () => last,
  };
}

/** Statuses after which the CLIs' clients ask again (RFC 9110, section 15; RFC 6585; 409 is a lock to OpenAI's). */
function mayPass(status: number): boolean {
  return status === 408 || status === 409 || status === 429 || status >= 500;
}

const Told = z.object({ error: z.object({ message: z.string() }) });

/** What a failed answer says, in one line without the key; empty when it can't be read. */
export async function messageOf(answer: IncomingMessage, apiKey: string | undefined): Promise<string> {
  const masker = createByteMasker(apiKey === undefined ? [] : [apiKey]);
  const pieces: Buffer[] = [];
  let bytes = 0;
  const chunks: AsyncIterable<Buffer> = answer;
  for await (const chunk of chunks) {
    pieces.push(Buffer.from(masker.push(chunk)));
    bytes += chunk.length;
    if (bytes > maxReadBytes) return "";
  }
  pieces.push(Buffer.from(masker.flush()));
  const { data } = Told.safeParse(parse(Buffer.concat(pieces).toString("utf8")));
  return (data?.error.message ?? "").replaceAll(/\s+/g, " ").slice(0, maxMessageChars);
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
