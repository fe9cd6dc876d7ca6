// A provider on the loopback, the model door before it, and the calls of an agent's program.
import type { RequestListener } from "node:http";
import type { DoorRequest } from "../../../src/sandbox/doors.ts";
import { createPriceTable } from "../../../src/sandbox/model/prices.ts";
import { call, type Reply } from "../client.ts";
import { openDoors } from "../open-doors.ts";
import { startUpstream } from "../upstream.ts";

export const realKey = "sk-ant-api03-REAL-key-0123456789";
export const messages = "/anthropic/v1/messages";
/** $1 for a million tokens of either kind: a token costs a millionth of a dollar. */
const prices = createPriceTable({ "m-1": { input: 1, output: 1 } });

export async function modelWorld(answer: RequestListener, request: Partial<DoorRequest> = {}) {
  const upstream = await startUpstream(answer);
  const provider = { baseUrl: upstream.url, apiKey: realKey };
  const doors = await openDoors(
    { providers: { anthropic: provider, openai: provider, gemini: provider }, prices },
    request,
  );
  return {
    upstream,
    doors,
    ask: (path = messages, body: object = {}, headers: Record<string, string> = {}): Promise<Reply> =>
      call(doors.model, path, {
        headers: { "x-api-key": doors.token, "content-type": "application/json", ...headers },
        body: JSON.stringify({ model: "m-1", ...body }),
      }),
  };
}

/** One event of a stream, as the providers write them. */
export function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
