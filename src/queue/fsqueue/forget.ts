// Forgetting what ended long ago, so that a queue doesn't grow for ever.
import { lstatSync, unlinkSync } from "node:fs";
import { readdir } from "node:fs/promises";
import type { QueueState } from "../../job/queue-state.ts";
import { locate } from "./look-up.ts";
import type { Parts } from "./parts.ts";

const endStates: readonly QueueState[] = ["done", "failed", "cancelled"];

/** Removes what ended before this time, its notes, and the ids of what isn't there any more. Returns how many ids. */
export async function forget<Payload>(parts: Parts<Payload>, before: Date): Promise<number> {
  const { layout, lock } = parts;

  /** A step under the lock, where a ticket that was requeued meanwhile is seen to have gone. */
  function removeIfOld(path: string): boolean {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (!stat || stat.isDirectory() || stat.mtimeMs >= before.getTime()) return false;
    unlinkSync(path);
    return true;
  }

  for (const state of endStates) {
    for (const name of await readdir(layout.state(state))) {
      await lock.run(() => removeIfOld(layout.ticket(state, name)));
    }
  }
  let forgotten = 0;
  for (const id of await readdir(layout.seenFolder)) {
    const gone = await lock.run(() => locate(parts, id) === undefined && removeIfOld(layout.seen(id)));
    if (gone) forgotten += 1;
  }
  return forgotten;
}
