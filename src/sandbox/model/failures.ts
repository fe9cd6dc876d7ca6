// Failures of the model API that may pass. A program that asks again for minutes, and can't be told not to, hears of them
// as of something final: the runner tries again itself, with pauses of its own.
import type { IncomingMessage } from "node:http";
import { z } from "zod";
import { createByteMasker } from "./mask-bytes.ts";
import { dialects, type ProviderName } from "./provider.ts";

const maxReadBytes = 16_384;
const maxMessageChars = 500;

export interface Failures {
  /** The status with which a failure is told, where `status` is what it would be otherwise. */
  told(provider: ProviderName, status: number): number;
  /** Whether an answer of this status is told in other words than the provider's. */
  rewords(status: number): boolean;
  /** Notes that an answer ended in its middle: nothing can be told in it any more. */
  brokeOff(reason: string): void;
  /** What was noted and not yet told; it is told once. */
  untold(): string | undefined;
}

/** With `final` false everything is told as it is. */
export function createFailures({ final }: { final: boolean }): Failures {
  let noted: string | undefined;
  return {
    told: (provider, status) => (final ? dialects[provider].finalStatus : status),
    rewords: (status) => final && mayPass(status),
    brokeOff(reason) {
      if (final) noted = reason;
    },
    untold() {
      const reason = noted;
      noted = undefined;
      return reason;
    },
  };
}

/** Statuses after which the CLIs' clients ask again (RFC 9110, section 15; RFC 6585; 409 is a lock to OpenAI's). */
function mayPass(status: number): boolean {
  return status === 408 || status === 409 || status === 429 || status >= 500;
}

const Told = z.object({ error: z.object({ message: z.string() }) });

/** What a failed answer says, in one line without the key; its status alone when it can't be read. */
export async function messageOf(answer: IncomingMessage, apiKey: string | undefined): Promise<string> {
  const status = `the model API answered with status ${answer.statusCode ?? 0}`;
  const masker = createByteMasker(apiKey === undefined ? [] : [apiKey]);
  const pieces: Buffer[] = [];
  let bytes = 0;
  const chunks: AsyncIterable<Buffer> = answer;
  for await (const chunk of chunks) {
    pieces.push(Buffer.from(masker.push(chunk)));
    bytes += chunk.length;
    if (bytes > maxReadBytes) return status;
  }
  pieces.push(Buffer.from(masker.flush()));
  const { data } = Told.safeParse(parse(Buffer.concat(pieces).toString("utf8")));
  if (!data) return status;
  return `${status}: ${data.error.message.replaceAll(/\s+/g, " ").slice(0, maxMessageChars)}`;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
