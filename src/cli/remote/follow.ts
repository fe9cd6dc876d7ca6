// A job's events from a server, across connections that break.
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { ShownJob } from "../jobs/shown-job.ts";
import { UserError } from "../../errors.ts";
import type { Server } from "./server.ts";

export type Told =
  | { event: "status"; job: ShownJob }
  | { event: "log"; step: string; text: string }
  | { event: "end"; job: ShownJob };

const Log = z.object({ step_id: z.string(), text: z.string() });
const pauseMs = 1000;
/** More than a server lets a stream last. */
const longestMs = 20 * 60 * 1000;
/** In a row, without any event between them. */
const maxBreaks = 30;

/** Yields what happens until the job has ended or waits for a person. Throws UserError when the server stays away. */
export async function* follow(server: Server, job: string): AsyncGenerator<Told> {
  const path = await server.pathOf(job, "/events");
  let last: string | undefined;
  for (let breaks = 0; ; breaks += 1) {
    try {
      const answer = await server.request("GET", path, {
        ...(last !== undefined && { headers: { "Last-Event-ID": last } }),
        signal: AbortSignal.timeout(longestMs),
      });
      for await (const { event, id, data } of eventsOf(answer)) {
        breaks = 0;
        last = id;
        const value: unknown = JSON.parse(data);
        if (event === "log") {
          const { step_id: step, text } = Log.parse(value);
          yield { event, step, text };
        } else if (event === "status" || event === "end") yield { event, job: ShownJob.parse(value) };
        if (event === "end") return;
      }
    } catch (error) {
      // What is refused stays so; a server that is away may come back, but has to have been there.
      if (last === undefined || breaks >= maxBreaks || !isBreak(error)) throw error;
    }
    await delay(pauseMs);
  }
}

function isBreak(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof UserError && error.cause !== undefined);
}

/** https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream */
async function* eventsOf({ body }: Response): AsyncGenerator<{ event: string; id: string; data: string }> {
  if (!body) return;
  let rest = "";
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    rest += chunk;
    for (let end = rest.indexOf("\n\n"); end !== -1; end = rest.indexOf("\n\n")) {
      const fields = new Map<string, string>();
      for (const line of rest.slice(0, end).split("\n")) {
        const [, name = "", value = ""] = /^(\w+): ?(.*)$/.exec(line) ?? [];
        const before = name === "data" ? fields.get(name) : undefined;
        fields.set(name, before === undefined ? value : `${before}\n${value}`);
      }
      rest = rest.slice(end + 2);
      const data = fields.get("data");
      if (data !== undefined) yield { event: fields.get("event") ?? "", id: fields.get("id") ?? "", data };
    }
  }
}
