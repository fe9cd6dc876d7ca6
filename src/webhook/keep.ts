// From a payload to a durable delivery in the inbox, whichever way it came: by webhook, or asked for later.
import { z } from "zod";
import type { Delivery } from "../job/delivery.ts";
import type { Queue } from "../queue/contract.ts";

export interface KeepOptions {
  inbox: Pick<Queue<Delivery>, "enqueue">;
  /** Whether a delivery can concern us, told from its own words alone. */
  concerns: (event: string, payload: unknown) => boolean;
  clock: () => Date;
  newId: () => string;
}

/** What GitHub sent; `body` is its raw JSON text and `payload` the same, parsed. */
export interface Received {
  guid: string;
  event: string;
  body: string;
  payload: object;
}

/**
 * Returns a function that keeps what can concern us: `queued` or `duplicate` once it is durable, `ignored` for the
 * rest. Throws when the disk or the database refuses.
 */
export function createKeep(options: KeepOptions) {
  const { inbox, concerns, clock, newId } = options;

  return async ({ guid, event, body, payload }: Received): Promise<"queued" | "duplicate" | "ignored"> => {
    if (!concerns(event, payload)) return "ignored";
    const received = clock().toISOString();
    const delivery: Delivery = { inbox_id: newId(), guid, event, received_at: received, body };
    return inbox.enqueue({ id: guid, key: keyOf(payload, guid), payload: delivery });
  };
}

export type Keep = ReturnType<typeof createKeep>;

const Place = z.object({
  repository: z.object({ full_name: z.string().min(1) }),
  issue: z.object({ number: z.int() }).optional(),
  pull_request: z.object({ number: z.int() }).optional(),
  check_run: z.object({ pull_requests: z.array(z.object({ number: z.int() })).default([]) }).optional(),
});

/** Deliveries of one issue keep their order; what belongs to none has a key of its own. */
function keyOf(payload: object, guid: string): string {
  const place = Place.safeParse(payload);
  const { issue, pull_request: pull, check_run: run } = place.data ?? {};
  const number = issue?.number ?? pull?.number ?? run?.pull_requests[0]?.number;
  return place.success && number !== undefined
    ? `${place.data.repository.full_name}#${number}`.toLowerCase()
    : guid;
}
