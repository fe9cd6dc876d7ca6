// An answer on its way to the agent: as it comes, with the key masked, and its usage read in passing.
import type { IncomingMessage, ServerResponse } from "node:http";
import { responseHeadersOf } from "./headers.ts";
import { createByteMasker } from "./mask-bytes.ts";

/** A shorter key would be found by chance in any text; nobody is protected by masking it. */
const minMaskedLength = 8;

/** The provider ended an answer before its end. */
export class BrokenAnswer extends Error {
  override readonly name = "BrokenAnswer";
}

/**
 * Resolves when the client has got all; rejects when either side breaks off, and then both are ended. `onChunk` sees each
 * piece as the provider sent it.
 */
export async function passOn(
  answer: IncomingMessage,
  res: ServerResponse,
  { apiKey, onChunk }: { apiKey: string | undefined; onChunk: (chunk: Buffer) => void },
): Promise<void> {
  if (res.destroyed) throw new Error("the agent's program broke off");
  const secrets = apiKey !== undefined && apiKey.length >= minMaskedLength ? [apiKey] : [];
  const masker = createByteMasker(secrets);
  res.writeHead(answer.statusCode ?? 502, responseHeadersOf(answer.headers, secrets));
  // The first event may be long in coming; that the call was taken is known now.
  res.flushHeaders();

  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  // Event by event: whatever joins chunks on the way would copy them and cost half of the speed.
  answer.on("data", (chunk: Buffer) => {
    try {
      onChunk(chunk);
      const masked = masker.push(chunk);
      if (masked.length > 0 && !res.write(masked)) answer.pause();
    } catch (error) {
      reject(error);
    }
  });
  res.on("drain", () => answer.resume());
  answer.once("end", () => res.end(masker.flush()));
  answer.once("close", () => {
    if (!answer.complete) reject(new BrokenAnswer("the model API broke off its answer"));
  });
  res.once("close", () => {
    if (!res.writableFinished) reject(new Error("the agent's program broke off"));
    resolve(undefined);
  });
  try {
    await promise;
  } catch (error) {
    answer.destroy();
    res.destroy();
    throw error;
  }
}

/** Why an answer is not passed on: it leads elsewhere, or can't be read here. */
export function unreadable(answer: IncomingMessage): string | undefined {
  const status = answer.statusCode ?? 0;
  if (status >= 300 && status < 400) {
    return `the model API redirects (status ${status}); the operator has to configure the address that it leads to`;
  }
  const encoding = answer.headers["content-encoding"] ?? "identity";
  return encoding === "identity"
    ? undefined
    : `the model API answered in the encoding ${encoding.slice(0, 40)}, which it was asked not to use`;
}
