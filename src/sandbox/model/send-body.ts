// A request's body on its way to the provider: counted, looked at, and never held as a whole.
import type { ClientRequest, IncomingMessage } from "node:http";
import { RefusedBody } from "./refused-body.ts";

/** What providers take at most lies below: Anthropic 32 MB, OpenAI 50 MB ("Request size limits"). */
const maxBodyBytes = 64 * 1024 * 1024;

/**
 * Resolves when the body is sent, or when the provider takes no more of it. `look` sees each piece before it goes on; what
 * it throws is thrown, and then the provider has not got the whole. Throws also when the client breaks off.
 */
export async function sendBody(
  req: IncomingMessage,
  request: ClientRequest,
  look: { push(chunk: Buffer): void; end(): void },
): Promise<void> {
  const declared = Number(req.headers["content-length"] ?? 0);
  if (declared > maxBodyBytes) throw tooLarge();
  let bytes = 0;
  // The last piece waits for the last look: a body that is found wrong at its end must not be there whole.
  let waiting: Buffer | undefined;
  const chunks: AsyncIterable<Buffer> = req.iterator({ destroyOnReturn: false });
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) throw tooLarge();
    if (request.destroyed) return;
    look.push(chunk);
    if (waiting !== undefined && !request.write(waiting)) await drained(request);
    waiting = chunk;
  }
  look.end();
  request.end(waiting);
}

function tooLarge(): RefusedBody {
  return new RefusedBody(`the request is larger than ${maxBodyBytes / 1024 / 1024} MB`, 413);
}

/** Room for more, or the end of it all. */
async function drained(request: ClientRequest): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const done = (): void => resolve(undefined);
  request.once("drain", done);
  request.once("close", done);
  await promise;
  request.removeListener("drain", done);
  request.removeListener("close", done);
}
