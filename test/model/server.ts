// A model that plays a script: one loopback server for every API that the CLIs speak, without a token of real thought.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { anthropic } from "./anthropic.ts";
import { toolCall } from "./actions.ts";
import { chat } from "./chat.ts";
import { gemini } from "./gemini.ts";
import type { Answer, Asked, Protocol } from "./protocol.ts";
import { responses } from "./responses.ts";
import { defaultUsage, Script, Turn, turnAt } from "./script.ts";

interface ModelRequest {
  path: string;
  headers: IncomingMessage["headers"];
  body: string;
  /** Undefined for a request that no turn was played for. */
  spoken: number | undefined;
}

export interface ScriptedModel {
  /** Without a version segment. */
  url: string;
  requests: ModelRequest[];
  close(): Promise<void>;
}

const routes: [RegExp, Protocol][] = [
  [/^\/v1\/messages$/, anthropic],
  [/^\/v1\/responses$/, responses],
  [/^\/v1\/chat\/completions$/, chat],
  [/^\/v1beta\/models\/[^/]+:(?:generateContent|streamGenerateContent)$/, gemini],
];

/** Listens on a port of the loopback, any unless told. A broken request is answered with 400 and what is wrong with it. */
export async function createScriptedModel(options: {
  script: Script;
  port?: number;
}): Promise<ScriptedModel> {
  const script = Script.parse(options.script);
  const requests: ModelRequest[] = [];
  const faults = new Map<Turn, number>();
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(400, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: { message: String(error) } }));
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://model");
    const body = await text(request);
    const noted: ModelRequest = { path: url.pathname, headers: request.headers, body, spoken: undefined };
    requests.push(noted);
    const protocol = routes.find(([path]) => path.test(url.pathname))?.[1];
    if (!protocol || request.method !== "POST")
      return json(response, 404, { error: { message: "no such endpoint" } });
    const asked = protocol.read(JSON.parse(body), url);
    // A CLI asks for a title, or counts, without offering tools: that is no turn of the script.
    const aside = asideOf(asked, body);
    if (!aside) noted.spoken = asked.spoken;
    const turn = aside
      ? Turn.parse({ say: aside })
      : turnAt(script, asked, (action) => toolCall(action, asked.tools, asked.folder) !== undefined);
    const before = faults.get(turn) ?? 0;
    faults.set(turn, before + 1);
    const isOver = turn.times !== undefined && before >= turn.times;
    await play(response, protocol, asked, isOver ? { ...turn, fault: undefined } : turn);
  }

  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
    requests,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** What is said to a CLI that asks for a title, or for data of its own; undefined when it asks for a turn. */
function asideOf(asked: Asked, body: string): string | undefined {
  if (asked.schema !== undefined) return JSON.stringify(fitting(asked.schema));
  const isTitle = asked.tools.size === 0 && asked.spoken === 0 && /\btitle\b/i.test(body.slice(0, 4000));
  return isTitle ? "A title" : undefined;
}

const Schema = z.looseObject({
  type: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  properties: z.record(z.string(), z.unknown()).default({}),
});

/** The least that fits a JSON Schema of plain types. */
function fitting(schema: unknown): unknown {
  const { type = "object", enum: values, properties } = Schema.parse(schema);
  if (values) return values[0];
  if (/^(?:number|integer)$/i.test(type)) return 1;
  if (/^boolean$/i.test(type)) return false;
  if (/^array$/i.test(type)) return [];
  if (/^string$/i.test(type)) return "as the script says";
  return Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, fitting(one)]));
}

async function play(response: ServerResponse, protocol: Protocol, asked: Asked, turn: Turn): Promise<void> {
  const { fault } = turn;
  if (fault === "no_headers") return;
  if (fault === "context_too_long")
    return json(response, protocol.contextTooLong.status, protocol.contextTooLong.body);
  if (typeof fault === "object") {
    const after: Record<string, string> =
      fault.retry_after_sec === undefined ? {} : { "retry-after": String(fault.retry_after_sec) };
    return json(
      response,
      fault.status,
      protocol.error(fault.status, fault.message ?? "as the script says"),
      after,
    );
  }
  const answer: Answer = {
    text: turn.say + "x".repeat(turn.padding),
    calls: turn.do.flatMap((action) => toolCall(action, asked.tools, asked.folder) ?? []),
    usage: { ...defaultUsage, ...turn.usage },
    refused: fault === "refusal",
  };
  if (!asked.stream) return json(response, 200, protocol.whole(answer, asked));
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  const events = protocol.stream(answer, asked);
  const shown = fault === "cut" || fault === "stall" ? events.slice(0, Math.ceil(events.length / 2)) : events;
  for (const { event, data } of shown) {
    const payload = typeof data === "string" ? data : JSON.stringify(data);
    response.write(`${event === undefined ? "" : `event: ${event}\n`}data: ${payload}\n\n`);
  }
  if (fault === "garbage") response.write("data: {not json\n\n");
  if (fault === "cut") response.destroy();
  else if (fault !== "stall") response.end();
}

function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}
