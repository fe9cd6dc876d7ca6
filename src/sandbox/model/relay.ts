// One call on its way to the provider and back: the request as it comes, the answer as it comes, nothing held up.
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { explain } from "../../errors.ts";
import type { Decisions } from "../decision.ts";
import { requestHeadersOf, responseHeadersOf } from "./headers.ts";
import type { Call, CallEnd, Ledger } from "./ledger.ts";
import { createByteMasker } from "./mask-bytes.ts";
import { createMeter } from "./meter.ts";
import { dialects } from "./provider.ts";
import { refuseCall } from "./refuse-call.ts";
import type { Route } from "./route.ts";
import { RefusedBody, sendBody } from "./send-body.ts";
import type { Upstream } from "./upstream.ts";

interface Exchange {
  req: IncomingMessage;
  res: ServerResponse;
  route: Route;
  apiKey: string | undefined;
}

interface RelayOptions {
  upstream: Upstream;
  ledger: Ledger;
  decisions: Decisions;
  /** Aborts, with an error that says why, when what is in flight has to be cut. */
  cut: AbortSignal;
}

/** A shorter key would be found by chance in any text; nobody is protected by masking it. */
const minMaskedLength = 8;

/**
 * Resolves when the exchange is over, however it ended. The client going away ends the request to the provider; `cut`
 * ends both. A redirect or an encoding that can't be read is told as an error: neither is followed or passed on.
 */
export async function relay(exchange: Exchange, options: RelayOptions): Promise<void> {
  const { req, res, route } = exchange;
  const { method, usage } = route.endpoint;
  const call = usage === undefined ? undefined : options.ledger.open(modelInPath(route.path));
  const bytes = { sent: 0, received: 0 };
  const { request, answered } = options.upstream.send(route.url, { method, headers: headersOf(exchange) });
  let end: CallEnd = "cut";
  let reason = "cut";

  const onCut = (): void => {
    request.destroy(new RefusedBody(400, explain(options.cut.reason)));
    if (res.headersSent) res.destroy();
  };
  options.cut.addEventListener("abort", onCut, { once: true });
  res.once("close", () => request.destroy());
  try {
    const sending =
      method === "POST" ? sendBody(req, request, (count) => (bytes.sent += count)) : request.end();
    const answer = await Promise.race([answered, Promise.resolve(sending).then(() => answered)]);
    const status = answer.statusCode ?? 502;
    reason = unreadable(answer) ?? `status ${status}`;
    if (status < 200 || status > 299) end = "failed";
    if (unreadable(answer) === undefined) {
      await passOn(exchange, answer, { call, onBytes: (count) => (bytes.received += count) });
      if (end !== "failed") end = "complete";
    } else {
      answer.destroy();
      refuseCall(res, route.provider, 502, reason);
    }
  } catch (error) {
    reason = explain(error);
    if (!res.headersSent && !res.destroyed) {
      // The provider gave no answer, and the client is still there to be told.
      if (!options.cut.aborted) end = "failed";
      const status = error instanceof RefusedBody ? error.status : 502;
      refuseCall(res, route.provider, status, status === 502 ? `calling the model API: ${reason}` : reason);
    }
    request.destroy();
  } finally {
    options.cut.removeEventListener("abort", onCut);
    // What the provider did not want to read is of no use to anyone.
    req.resume();
    call?.close(end, bytes);
    const target = `${route.provider}${route.path}`;
    const counted = { bytes_up: bytes.sent, bytes_down: bytes.received };
    options.decisions.record({ method, target, allowed: true, reason, ...counted });
  }
}

function headersOf({ req, route, apiKey }: Exchange): Record<string, string> {
  const length = route.endpoint.method === "POST" ? req.headers["content-length"] : undefined;
  return {
    ...requestHeadersOf(req.headers),
    ...(apiKey === undefined ? {} : dialects[route.provider].credentials(apiKey)),
    // What is compressed could neither be metered nor masked.
    "accept-encoding": "identity",
    ...(length === undefined ? {} : { "content-length": length }),
  };
}

/** Why an answer is not passed on. */
function unreadable(answer: IncomingMessage): string | undefined {
  const status = answer.statusCode ?? 0;
  if (status >= 300 && status < 400) {
    return `the model API redirects (status ${status}); the operator has to configure the address that it leads to`;
  }
  const encoding = answer.headers["content-encoding"] ?? "identity";
  return encoding === "identity"
    ? undefined
    : `the model API answered in the encoding ${encoding.slice(0, 40)}, which it was asked not to use`;
}

async function passOn(
  { res, route, apiKey }: Exchange,
  answer: IncomingMessage,
  { call, onBytes }: { call: Call | undefined; onBytes: (count: number) => void },
): Promise<void> {
  const secrets = apiKey !== undefined && apiKey.length >= minMaskedLength ? [apiKey] : [];
  const masker = createByteMasker(secrets);
  const { usage } = route.endpoint;
  const meter =
    call && usage
      ? createMeter({
          kind: usage,
          contentType: answer.headers["content-type"] ?? "",
          onNews: (news) => call.news(news),
        })
      : undefined;
  res.writeHead(answer.statusCode ?? 502, responseHeadersOf(answer.headers, secrets));
  res.flushHeaders();
  await pipeline(
    answer,
    async function* mask(chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        onBytes(chunk.length);
        meter?.push(chunk);
        const masked = masker.push(chunk);
        if (masked.length > 0) yield masked;
      }
      meter?.end();
      const rest = masker.flush();
      if (rest.length > 0) yield rest;
    },
    res,
  );
}

/** Gemini's calls name their model in the path. */
function modelInPath(path: string): string | undefined {
  return /^\/v1beta\/models\/([^:]+):/.exec(path)?.[1];
}
