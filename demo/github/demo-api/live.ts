// News for open pages (server-sent events), and faces.
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import type { News } from "../model/news.ts";
import { avatarSvg } from "../web/people.ts";

/** A page reloads at most this often, in milliseconds. */
const calmMs = 150;

/** `/_demo/events` and `/_demo/avatars/<login>.svg`. */
export function liveRoutes(news: News, ending: AbortSignal): Hono {
  const app = new Hono();
  app.get("/events", (c) =>
    streamSSE(c, async (stream) => {
      let changed = Promise.withResolvers<void>();
      const wake = () => changed.resolve();
      const unsubscribe = news.subscribe(wake);
      ending.addEventListener("abort", wake);
      stream.onAbort(wake);
      await stream.writeSSE({ data: "hello" });
      while (!stream.aborted && !ending.aborted) {
        await changed.promise;
        await stream.sleep(calmMs);
        changed = Promise.withResolvers<void>();
        if (!stream.aborted && !ending.aborted) await stream.writeSSE({ data: "change" });
      }
      unsubscribe();
      ending.removeEventListener("abort", wake);
    }),
  );
  app.get("/avatars/:file{.+\\.svg}", (c) =>
    c.body(avatarSvg(c.req.param("file").replace(/\.svg$/, "")), 200, { "content-type": "image/svg+xml" }),
  );
  return app;
}
