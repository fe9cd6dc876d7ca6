// Tickets of a state, page by page, and how many there are.
import { statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import type { QueueState } from "../../job/queue-state.ts";
import type { Queue, Ticket } from "../contract.ts";
import { readPlace } from "./look-up.ts";
import type { Parts } from "./parts.ts";
import { parseName } from "./ticket-name.ts";

export function createListing<Payload>(parts: Parts<Payload>): Pick<Queue<Payload>, "list" | "counts"> {
  const { layout, lock, small, backlog } = parts;
  /** A folder that hasn't changed since it was counted isn't counted again. */
  const counted = new Map<QueueState, { changedAt: bigint; count: number }>();

  async function names(state: QueueState): Promise<Iterable<string>> {
    if (state === "pending") return backlog.pending.from();
    const files = await readdir(layout.state(state));
    return files.filter((name) => parseName(name) !== undefined).toSorted();
  }

  async function count(state: QueueState): Promise<number> {
    if (state === "pending") return backlog.pending.size;
    const changedAt = statSync(layout.state(state), { bigint: true }).mtimeNs;
    const known = counted.get(state);
    if (known?.changedAt === changedAt) return known.count;
    const found = [...(await names(state))].length;
    counted.set(state, { changedAt, count: found });
    return found;
  }

  /** The name behind which a page begins; undefined from the start. */
  async function nameOfId(state: QueueState, id: string | undefined): Promise<string | undefined> {
    if (id === undefined) return undefined;
    const name = await lock.run(() => small.readSeen(id));
    if (typeof name !== "string") return undefined;
    return state === "pending" && !backlog.pending.has(name) ? backlogName(id) : name;
  }

  function backlogName(id: string): string | undefined {
    for (const name of backlog.pending.from()) if (parseName(name)?.id === id) return name;
    return undefined;
  }

  return {
    async list(state, page = {}) {
      const { limit = 100 } = page;
      const after = await nameOfId(state, page.after);
      const tickets: Ticket<Payload>[] = [];
      for (const name of await names(state)) {
        if (after !== undefined && name <= after) continue;
        if (tickets.length >= limit) break;
        const ticket = await readPlace(parts, { state, name });
        if (ticket) tickets.push(ticket);
      }
      return tickets;
    },
    async counts() {
      const [pending, running, done, failed, cancelled, awaiting_approval] = await Promise.all([
        count("pending"),
        count("running"),
        count("done"),
        count("failed"),
        count("cancelled"),
        count("awaiting_approval"),
      ]);
      return { pending, running, done, failed, cancelled, awaiting_approval };
    },
  };
}
