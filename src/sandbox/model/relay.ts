// One call on its way to the provider and back: the request as it comes, the answer as it comes, nothing held up.
import type { IncomingMessage, ServerResponse } from "node:http";
import { explain } from "../../errors.ts";
import type { Decisions } from "../decision.ts";
import { type Failures, type LastWord, messageOf } from "./failures.ts";
import { requestHeadersOf } from "./headers.ts";
import { createBodyInspection } from "./inspect-body.ts";
import type { Call, CallEnd, Ledger } from "./ledger.ts";
import { createMeter } from "./meter.ts";
import { BrokenAnswer, passOn, unreadable } from "./pass-on.ts";
import { dialects } from "./provider.ts";
import { refuseCall } from "./refuse-call.ts";
import { RefusedBody } from "./refused-body.ts";
import type { Route } from "./route.ts";
import { sendBody } from "./send-body.ts";
import type { Upstream } from "./upstream.ts";
import type { UsageNews } from "./usage.ts";

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
  failures: Failures;
  /** Aborts, with an error that says why, when what is in flight has to be cut. */
  cut: AbortSignal;
}

/**
 * Resolves when the exchange is over, however it ended. The client going away ends the request to the provider; `cut`
 * ends both. A redirect or an encoding that can't be read is told as an error: neither is followed or passed on.
 */
export async function relay(exchange: Exchange, options: RelayOptions): Promise<void> {
  const { req, res, route, apiKey } = exchange;
  const { method, billed } = route.endpoint;
  const call = billed ? options.ledger.open() : undefined;
  const bytes = { sent: 0, received: 0 };
  let end: CallEnd = "cut";
  let reason = "cut";
  let word: LastWord | undefined;

  const { request, answered } = options.upstream.send(route.url, { method, headers: headersOf(exchange) });
  const onCut = (): void => {
    request.destroy();
    if (res.headersSent) res.destroy();
  };
  const tell = (status: number, text: string): void => {
    const told = options.failures.told(route.provider, status, text);
    refuseCall(res, route.provider, told.status, told.text);
  };
  options.cut.addEventListener("abort", onCut, { once: true });
  res.once("close", () => request.destroy());
  try {
    const sending =
      method === "GET"
        ? request.end()
        : sendBody(
            req,
            request,
            lookInto(exchange, options, call, (count) => (bytes.sent += count)),
          );
    const answer = await Promise.race([answered, Promise.resolve(sending).then(() => answered)]);
    const status = answer.statusCode ?? 502;
    const problem = unreadable(answer);
    reason = problem ?? `status ${status}`;
    if (status < 200 || status > 299) end = "failed";
    if (options.failures.rewords(status)) {
      word = { httpStatus: status, text: await messageOf(answer, apiKey) };
      tell(status, word.text);
    } else if (problem === undefined) {
      if (end === "failed") word = { httpStatus: status, text: "" };
      const meter = meterOf(route, answer, (news) => {
        call?.news(news);
        if (news.refusal !== undefined) word = { httpStatus: undefined, text: `refused: ${news.refusal}` };
      });
      await passOn(answer, res, {
        apiKey,
        onChunk(chunk) {
          bytes.received += chunk.length;
          meter?.push(chunk);
        },
      });
      meter?.end();
      if (end !== "failed") end = "complete";
    } else {
      answer.destroy();
      refuseCall(res, route.provider, 502, reason);
    }
  } catch (error) {
    reason = explain(options.cut.aborted ? options.cut.reason : error);
    // Once the client is told, or gone, there is nobody to tell.
    if (!res.headersSent && !res.destroyed) {
      if (error instanceof RefusedBody) {
        end = "refused";
        refuseCall(res, route.provider, error.status ?? dialects[route.provider].finalStatus, reason);
      } else if (options.cut.aborted) {
        refuseCall(res, route.provider, dialects[route.provider].finalStatus, reason);
      } else {
        end = "failed";
        word = { httpStatus: undefined, text: `calling the model API: ${reason}` };
        tell(502, word.text);
      }
    } else if (error instanceof BrokenAnswer && !options.cut.aborted) {
      word = { httpStatus: undefined, text: reason };
      options.failures.brokeOff();
    }
    request.destroy();
  } finally {
    options.cut.removeEventListener("abort", onCut);
    // What the provider did not want to read is of no use to anyone.
    req.resume();
    call?.close(end, bytes);
    if (billed) options.failures.note(word);
    const target = `${route.provider}${route.path}`;
    const counted = { bytes_up: bytes.sent, bytes_down: bytes.received };
    options.decisions.record({ method, target, allowed: end !== "refused", reason, ...counted });
  }
}

function headersOf({ req, route, apiKey }: Exchange): Record<string, string> {
  const hasBody = route.endpoint.kind !== undefined;
  const length = hasBody ? req.headers["content-length"] : undefined;
  return {
    ...requestHeadersOf(req.headers),
    ...(apiKey === undefined ? {} : dialects[route.provider].credentials(apiKey)),
    // What is compressed could neither be metered nor masked.
    "accept-encoding": "identity",
    // It was read as JSON here and must not be read as anything else there.
    ...(hasBody ? { "content-type": "application/json" } : {}),
    ...(length === undefined ? {} : { "content-length": length }),
  };
}

/** What looks at each piece of the body before it is sent. */
function lookInto(
  { route }: Exchange,
  { ledger }: RelayOptions,
  call: Call | undefined,
  onBytes: (count: number) => void,
): { push(chunk: Buffer): void; end(): void } {
  function asks(model: string): void {
    const refusal = call?.asks(model);
    if (refusal !== undefined) throw new RefusedBody(refusal);
  }
  const { kind } = route.endpoint;
  const inPath = kind === "gemini" ? modelInPath(route.path) : undefined;
  if (inPath !== undefined) asks(inPath);
  const inspection = kind && createBodyInspection({ kind, limitedCost: ledger.limitedCost, onModel: asks });
  return {
    push(chunk) {
      inspection?.push(chunk);
      onBytes(chunk.length);
    },
    end: () => inspection?.end(),
  };
}

function meterOf(route: Route, answer: IncomingMessage, onNews: (news: UsageNews) => void) {
  const { billed, kind } = route.endpoint;
  const contentType = answer.headers["content-type"] ?? "";
  return billed && kind && createMeter({ kind, contentType, onNews });
}

/** Gemini's calls name their model in the path. */
function modelInPath(path: string): string | undefined {
  return /^\/v1beta\/models\/([^:]+):/.exec(path)?.[1];
}
