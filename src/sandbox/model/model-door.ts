// The door to the models: a server that adds the real key to the calls that an agent may make.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Log } from "../../log.ts";
import type { Decisions } from "../decision.ts";
import type { DoorServer } from "../listen.ts";
import type { Resolve } from "../egress/dial.ts";
import { createPending } from "../pending.ts";
import { carriesToken } from "./dummy-key.ts";
import { createFailures, finalWords, type LastWord } from "./failures.ts";
import type { Ledger } from "./ledger.ts";
import { dialects, type ProviderName, type Providers } from "./provider.ts";
import { createPublicLookup } from "./public-lookup.ts";
import { refuseCall } from "./refuse-call.ts";
import { relay } from "./relay.ts";
import { route } from "./route.ts";
import { createUpstream } from "./upstream.ts";

interface ModelDoorOptions {
  providers: Providers;
  token: string;
  ledger: Ledger;
  decisions: Decisions;
  log: Log;
  /** Whether failures that may pass are told as final ones. */
  failuresAreFinal: boolean;
  /** Aborts when what is in flight has to be cut. */
  cut: AbortSignal;
  /** For a provider that may be at public addresses only. */
  resolve?: Resolve | undefined;
}

const maxConnections = 128;
const maxHeaderBytes = 32_768;

/** A server that listens nowhere yet. */
export function createModelDoor(
  options: ModelDoorOptions,
): DoorServer & { lastWord(): LastWord | undefined } {
  const { providers, token, ledger, decisions, cut } = options;
  const publicOnly = Object.values(providers).some((provider) => provider?.publicOnly);
  const upstream = createUpstream({ lookup: publicOnly ? createPublicLookup(options.resolve) : undefined });
  const failures = createFailures({ final: options.failuresAreFinal });
  const pending = createPending((error) => options.log.error({ err: error }, "a door failed"));
  const server = createServer({
    insecureHTTPParser: false,
    requireHostHeader: true,
    maxHeaderSize: maxHeaderBytes,
    requestTimeout: 0,
  });
  server.maxConnections = maxConnections;
  server.on("request", (req: IncomingMessage, res: ServerResponse) => {
    pending.add(onRequest(req, res));
  });
  // CONNECT has no meaning here; without a listener Node drops the connection without a word.
  server.on("connect", (req: IncomingMessage, socket) => {
    decisions.record({ method: "CONNECT", target: req.url ?? "", allowed: false, reason: "no proxy" });
    socket.end("HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    decisions.record({ method: "", target: "", allowed: false, reason: `malformed: ${error.code ?? ""}` });
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    else socket.destroy();
  });

  async function onRequest(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const method = req.method ?? "";
    const target = req.url ?? "";
    const routing = route(method, target, providers);
    const asked = target.replace(/\?.*$/s, "");

    function refuse(provider: ProviderName, status: number, reason: string): void {
      decisions.record({ method, target: asked, allowed: false, reason });
      refuseCall(res, provider, status, reason);
    }

    const provider = "route" in routing ? routing.route.provider : routing.provider;
    if (!carriesToken(req.headers, target, token)) {
      return refuse(provider, 401, "this door opens only with the step's own key");
    }
    if ("refused" in routing) return refuse(provider, routing.status, routing.refused);
    if (req.headers["content-encoding"] !== undefined) {
      return refuse(provider, 415, "a compressed request can't be read here; send it as it is");
    }
    const { route: found } = routing;
    if (found.endpoint.billed) {
      const why = ledger.refusal();
      if (why !== undefined) {
        const { finalStatus } = dialects[provider];
        return refuse(provider, finalStatus, `${why}; Patchbay makes no further call for this step`);
      }
      if (failures.untold()) return refuse(provider, dialects[provider].finalStatus, finalWords);
    }
    const configured = providers[provider];
    if (!configured) return refuse(provider, 404, `no ${provider} provider is configured`);
    const exchange = { req, res, route: found, apiKey: configured.apiKey };
    await relay(exchange, { upstream, ledger, decisions, failures, cut });
  }

  return {
    server,
    lastWord: () => failures.last(),
    async settled() {
      await pending.settled();
      upstream.close();
    },
  };
}
