// Being told by the kernel what happens in the folders (inotify(7)), so that nobody has to ask.
import { watch } from "node:fs";
import { readdir } from "node:fs/promises";
import { setImmediate as turn } from "node:timers/promises";
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

/**
 * Compares what is known with what is there: once at the start, and when an event may have been lost. What is known
 * already is passed over, and between two portions of a long folder others have their turn.
 */
export async function readFolders<Payload>(parts: Parts<Payload>): Promise<void> {
  const { layout, backlog } = parts;
  const pending = await readdir(layout.state("pending"));
  const running = new Set(await readdir(layout.state("running")));
  // Between the listing and this look a name may have come or gone, so each that is news is looked at again.
  const ended = [...backlog.running].filter((name) => !running.has(name));
  for (const name of ended) if (!isThere(layout.ticket("running", name))) backlog.ended(name);
  for (const name of running) {
    if (backlog.running.has(name) || !parseName(name)) continue;
    if (isThere(layout.ticket("running", name))) backlog.started(name);
  }

  const news: string[] = [];
  for (const names of portions(pending)) {
    for (const name of names) if (!backlog.pending.has(name)) news.push(name);
    await turn();
  }
  // As many known names as listed ones that aren't news: then none has gone.
  if (backlog.pending.size > pending.length - news.length) await dropGone(parts, new Set(pending));
  for (const names of portions(news.toSorted())) {
    for (const name of names) {
      const parsed = parseName(name);
      if (parsed) {
        parts.sequence.observe(parsed.sequence);
        backlog.add(name);
      } else await adopt(parts, name);
    }
    await turn();
  }
}

async function dropGone<Payload>(
  { layout, backlog }: Parts<Payload>,
  there: ReadonlySet<string>,
): Promise<void> {
  for (const names of portions([...backlog.pending.from()])) {
    for (const name of names) {
      if (!there.has(name) && !isThere(layout.ticket("pending", name))) backlog.remove(name);
    }
    await turn();
  }
}

const portionSize = 2000;

function* portions(names: readonly string[]): Generator<readonly string[], void> {
  for (let at = 0; at < names.length; at += portionSize) yield names.slice(at, at + portionSize);
}
