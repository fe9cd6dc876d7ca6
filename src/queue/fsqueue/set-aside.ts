// What can't be understood goes to failed/ with a note beside it, and the queue goes on.
import { randomUUID } from "node:crypto";
import { renameSync, writeFileSync } from "node:fs";
import { errorCode } from "../../io/file.ts";
import type { QueueState } from "../../job/queue-state.ts";
import { isThere } from "./is-there.ts";
import type { Parts } from "./parts.ts";

/** Moves a file, folder or link as it is from `state` to failed/ and writes `<name>.note` there. */
export async function setAside<Payload>(
  parts: Parts<Payload>,
  state: QueueState,
  name: string,
  reason: string,
): Promise<void> {
  const { layout, lock, backlog } = parts;
  await lock.run(() => {
    let target = name;
    if (isThere(layout.ticket("failed", target))) target += `.${randomUUID()}`;
    try {
      renameSync(layout.ticket(state, name), layout.ticket("failed", target));
      const note = `${parts.now().toISOString()} found in ${state}/, not a ticket of this queue: ${reason}\n`;
      writeFileSync(layout.ticket("failed", `${target}.note`), note, { mode: 0o600 });
    } catch (error) {
      if (errorCode(error) !== "ENOENT") throw error;
    }
    if (state === "pending") backlog.remove(name);
    if (state === "running") backlog.ended(name);
  });
  parts.log?.warn({ file: name, reason }, "a bad ticket was set aside in failed/");
}
