// Being told by the database (LISTEN, NOTIFY) what other processes did, over a connection that comes back by itself.
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { explain } from "../../errors.ts";
import type { QueueLog } from "../queue-log.ts";

/** One notification. It only says "look": what counts is what the tables say. */
export const News = z.object({
  queue: z.string(),
  /** Something may be claimed, now or at a time that is known; a ticket is to end; a claim was taken away. */
  kind: z.enum(["ready", "cancel", "lost"]),
  id: z.string().optional(),
});
export type News = z.infer<typeof News>;

interface Subscribe {
  (onPayload: (payload: string) => void, onOpen: () => void): Promise<{ close(): Promise<void> }>;
}

export interface Listener {
  /** The connection that listens has broken: listen anew. */
  renew(): void;
  close(): Promise<void>;
}

const firstPauseMs = 250;
const longestPauseMs = 5000;

/**
 * Listens until it is closed. `onOpen` is called each time the connection stands again: what was said meanwhile is
 * lost, so everybody has to look.
 */
export async function openListener(options: {
  subscribe: Subscribe;
  onNews: (news: News) => void;
  onOpen: () => void;
  log: QueueLog | undefined;
}): Promise<Listener> {
  const { subscribe, onNews, onOpen, log } = options;
  const closing = new AbortController();

  function read(payload: string): void {
    try {
      onNews(News.parse(JSON.parse(payload)));
    } catch {
      log?.warn({ payload: payload.slice(0, 200) }, "a notification of the database isn't ours");
    }
  }

  /** Resolves when the connection stands; should pg-boss itself bring it back later, that is an opening too. */
  function listen(): ReturnType<Subscribe> {
    let isFirst = true;
    return subscribe(read, () => {
      if (!isFirst) onOpen();
      isFirst = false;
    });
  }

  let handle = await listen();
  let renewing: Promise<void> | undefined;

  // pg-boss's own reconnection waits up to half a minute between two tries; work would wait as long. It is called off
  // first. Its handle must not be closed while its connection lives: one that the server takes leave of just then would
  // end this process with an error that nobody can catch.
  async function renew(): Promise<void> {
    await handle.close();
    for (
      let pauseMs = firstPauseMs;
      !closing.signal.aborted;
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
    ) {
      try {
        handle = await listen();
        onOpen();
        return;
      } catch (error) {
        log?.warn({ error: explain(error) }, "the database is away; trying again");
        await delay(pauseMs, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
  }

  return {
    renew() {
      if (closing.signal.aborted) return;
      renewing ??= renew().finally(() => {
        renewing = undefined;
      });
    },
    async close() {
      closing.abort();
      await renewing;
      await handle.close();
    },
  };
}
