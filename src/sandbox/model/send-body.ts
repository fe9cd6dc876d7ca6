// A request's body on its way to the provider: counted, looked at, and never held as a whole.
import type { ClientRequest, IncomingMessage } from "node:http";

/** A call that must not reach the provider, found while its body passes. */
export class RefusedBody extends Error {
  override readonly name = "RefusedBody";
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What providers take at most lies below: Anthropic 32 MB, OpenAI 50 MB ("Request size limits"). */
const maxBodyBytes = 64 * 1024 * 1024;

/**
 * Resolves when the body is sent, or when the provider takes no more of it. Throws RefusedBody, and then the provider
 * has not got the whole; throws when the client breaks off.
 */
export async function sendBody(
  req: IncomingMessage,
  request: ClientRequest,
  onBytes: (count: number) => void,
): Promise<void> {
  const declared = Number(req.headers["content-length"] ?? 0);
  if (declared > maxBodyBytes) throw tooLarge();
  let bytes = 0;
  const chunks: AsyncIterable<Buffer> = req.iterator({ destroyOnReturn: false });
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) throw tooLarge();
    if (request.destroyed) return;
    onBytes(chunk.length);
    if (!request.write(chunk)) await drained(request);
  }
  request.end();
}

function tooLarge(): RefusedBody {
  return new RefusedBody(413, `the request is larger than ${maxBodyBytes / 1024 / 1024} MB`);
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
