// One request to the configured address. Nothing is followed and nothing is tried twice.
import {
  Agent as HttpAgent,
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as httpRequest,
} from "node:http";
import type { LookupFunction } from "node:net";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";

/** Many servers close a connection that rests for 5 s; one that is reused just then would fail the call. */
const restMs = 4000;
/** A model may think for long; whoever runs the agent has a clock for its silence. */
const idleMs = 1_800_000;
const maxHeaderBytes = 65_536;

export interface Upstream {
  /**
   * The request, open for its body; `answered` rejects when there is no answer. Destroy it without an error: Node hands
   * one on to the connection, which may just be resting and have nobody who listens.
   */
  send(
    url: URL,
    options: { method: string; headers: OutgoingHttpHeaders },
  ): { request: ClientRequest; answered: Promise<IncomingMessage> };
  close(): void;
}

/** Keeps connections open between calls, as the CLIs' own clients do. `lookup` takes the place of the system's resolver. */
export function createUpstream(options: { lookup?: LookupFunction | undefined } = {}): Upstream {
  const { lookup } = options;
  const agentOptions = { keepAlive: true, timeout: restMs, ...(lookup && { lookup }) };
  const http = new HttpAgent(agentOptions);
  const https = new HttpsAgent(agentOptions);

  return {
    send(url, { method, headers }) {
      const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
      const secure = url.protocol === "https:";
      const request = (secure ? httpsRequest : httpRequest)(url, {
        method,
        headers,
        agent: secure ? https : http,
        timeout: idleMs,
        insecureHTTPParser: false,
        maxHeaderSize: maxHeaderBytes,
      });
      request.once("response", (answer) => {
        answer.on("error", () => undefined);
        resolve(answer);
      });
      request.once("timeout", () => {
        reject(new Error("the model API was silent for 30 minutes"));
        request.destroy();
      });
      request.once("close", () => reject(new Error("the model API closed the connection without an answer")));
      request.on("error", reject);
      // Whoever has no use for the answer any more does not hear of its failure.
      promise.catch(() => undefined);
      return { request, answered: promise };
    },
    close() {
      http.destroy();
      https.destroy();
    },
  };
}
