// Being told by the kernel what happens in the folders (inotify(7)), so that nobody has to ask.
import { watch } from "node:fs";
import { readdir } from "node:fs/promises";
import { isThere } from "./is-there.ts";
import { adopt } from "./adopt.ts";
import type { Parts } from "./parts.ts";
import { parseName } from "./ticket-name.ts";

/**
 * Keeps the backlog and the leases up to date with what other processes and people do to the folders, and returns
 * a function that ends it. An event only says "look at this name": what counts is what is there when one looks.
 */
export function watchFolders<Payload>(parts: Parts<Payload>, onError: (error: unknown) => void): () => void {
  const { layout, leases } = parts;

  function follow(folder: string, onName: (name: string) => void): () => void {
    const watcher = watch(folder, (event, name) => {
      // "change" is a file that was written or touched in place, as each heartbeat does.
      if (event !== "rename" || name === null) return;
      // A disk that refuses must not end the process; the next sweep looks again.
      try {
        onName(name);
      } catch (error) {
        onError(error);
      }
    });
    watcher.on("error", onError);
    return () => watcher.close();
  }

  const ends = [
    follow(layout.state("pending"), (name) => lookAtPending(parts, name, onError)),
    follow(layout.state("running"), (name) => lookAtRunning(parts, name)),
    follow(layout.cancelFolder, (id) => {
      for (const lease of leases.values()) {
        if (lease.claim.ticket.id === id) lease.lookForCancel().catch(onError);
      }
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}

function lookAtPending<Payload>(
  parts: Parts<Payload>,
  name: string,
  onError: (error: unknown) => void,
): void {
  const parsed = parseName(name);
  if (!parsed) {
    adopt(parts, name).catch(onError);
  } else if (isThere(parts.layout.ticket("pending", name))) {
    parts.sequence.observe(parsed.sequence);
    parts.backlog.add(name);
  } else parts.backlog.remove(name);
}

function lookAtRunning<Payload>(parts: Parts<Payload>, name: string): void {
  if (!parseName(name)) return;
  if (isThere(parts.layout.ticket("running", name))) parts.backlog.started(name);
  else parts.backlog.ended(name);
  const lease = parts.leases.get(name);
  if (lease && !lease.isHeld()) lease.lose();
}

/** Compares what is known with what is there: once at the start, and when an event may have been lost. */
export async function readFolders<Payload>(parts: Parts<Payload>): Promise<void> {
  const { layout, backlog } = parts;
  const pending = new Set(await readdir(layout.state("pending")));
  const running = new Set(await readdir(layout.state("running")));
  // What isn't listed may have come after the listing, so each name is looked at again before it is dropped.
  const ended = [...backlog.running].filter((name) => !running.has(name));
  for (const name of ended) if (!isThere(layout.ticket("running", name))) backlog.ended(name);
  const gone = [...backlog.pending.from()].filter((name) => !pending.has(name));
  for (const name of gone) if (!isThere(layout.ticket("pending", name))) backlog.remove(name);
  for (const name of running) if (parseName(name)) backlog.started(name);
  for (const name of [...pending].toSorted()) {
    const parsed = parseName(name);
    if (parsed) {
      parts.sequence.observe(parsed.sequence);
      backlog.add(name);
    } else await adopt(parts, name);
  }
}
