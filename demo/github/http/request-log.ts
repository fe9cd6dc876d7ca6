// What was asked, for assertions: "exactly one comment was created".
import type { News } from "../model/news.ts";

export interface LoggedRequest {
  at: string;
  method: string;
  /** Without `/api/v3`, without the query. */
  path: string;
  query: string;
  /** `patchbay[bot]`, `app`, a login, or `anonymous`. */
  actor: string;
  /** Null while it is being answered; 0 when the connection was cut. */
  status: number | null;
  /** The JSON or text that was sent, cut at 100,000 characters; empty for git. */
  body: string;
}

const kept = 10_000;
const maxBodyChars = 100_000;

export type RequestLog = ReturnType<typeof createRequestLog>;

/** A bounded record of requests, oldest first. */
export function createRequestLog(news: News) {
  const entries: LoggedRequest[] = [];
  return {
    entries: entries as readonly LoggedRequest[],
    arrive(entry: LoggedRequest): void {
      entry.body = entry.body.slice(0, maxBodyChars);
      entries.push(entry);
      if (entries.length > kept) entries.shift();
      news.tell();
    },
    answer(entry: LoggedRequest, status: number): void {
      entry.status = status;
      news.tell();
    },
  };
}
