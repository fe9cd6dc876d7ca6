// One request to the step's own door, bounded in time and size.
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";

export interface Posted {
  status: number;
  contentType: string;
}

export class PostEnded extends Error {
  override readonly name = "PostEnded";
  readonly why: "timeout" | "stalled" | "output";
  constructor(why: PostEnded["why"]) {
    super(`the exchange was ended: ${why}`);
    this.why = why;
  }
}

const maxAnswerBytes = 16 * 1024 * 1024;

/**
 * Posts `body` and hands the answer on as it comes. Throws PostEnded when it takes or is silent for too long or says too
 * much, `signal`'s reason, or the connection's own error. Nothing is followed and nothing tried again.
 */
export async function postJson(
  url: string,
  exchange: {
    token: string;
    body: string;
    patience: { timeoutMs: number; stallMs: number };
    signal: AbortSignal;
    onHead: (head: Posted) => void;
    onText: (text: string) => void;
  },
): Promise<void> {
  const { body, patience, signal, onHead, onText } = exchange;
  signal.throwIfAborted();
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  const end = (why: PostEnded["why"]) => () => ended.abort(new PostEnded(why));
  const late = setTimeout(end("timeout"), patience.timeoutMs);
  const silent = setTimeout(end("stalled"), patience.stallMs);
  const call = request(url, {
    method: "POST",
    agent: false,
    headers: {
      authorization: `Bearer ${exchange.token}`,
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      accept: "text/event-stream, application/json",
    },
  });
  const stop = (): void => void call.destroy();
  either.addEventListener("abort", stop, { once: true });
  try {
    const answered = once(call, "response");
    call.end(body);
    const [answer]: IncomingMessage[] = await answered;
    if (!answer) throw new Error("there was no answer");
    silent.refresh();
    onHead({ status: answer.statusCode ?? 0, contentType: answer.headers["content-type"] ?? "" });
    let bytes = 0;
    answer.setEncoding("utf8");
    for await (const chunk of answer) {
      silent.refresh();
      const text = String(chunk);
      bytes += Buffer.byteLength(text);
      if (bytes > maxAnswerBytes) throw new PostEnded("output");
      onText(text);
    }
  } catch (error) {
    either.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(late);
    clearTimeout(silent);
    either.removeEventListener("abort", stop);
    call.destroy();
  }
}
