// An error in the provider's own shape, so that each CLI tells it as it is.
import type { ServerResponse } from "node:http";
import { dialects, type ProviderName } from "./provider.ts";

/**
 * Answers and closes the connection. Below 500 nothing would go better a second time, and the clients that know
 * `x-should-retry` (Anthropic's and OpenAI's) are told so.
 */
export function refuseCall(
  res: ServerResponse,
  provider: ProviderName,
  status: number,
  reason: string,
): void {
  const body = JSON.stringify(dialects[provider].error(status, `Patchbay: ${reason}`));
  res.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    ...(status < 500 ? { "x-should-retry": "false" } : {}),
    connection: "close",
  });
  res.end(body);
}
