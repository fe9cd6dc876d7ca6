// Telling a process that hangs from one whose machine has slept.
//
// After a suspended laptop or a paused virtual machine wakes up, every lease looks old by the wall clock, while the
// holders' timers, which don't count the sleep (clock_gettime(2), CLOCK_MONOTONIC), are still on their way to the next
// heartbeat. So a holder that can be seen to live gets the time of one more heartbeat.
interface Sighting {
  inode: bigint;
  modifiedAtMs: number;
}

/** Whether a ticket's file has been the same for longer than a heartbeat of this process's own time. */
export type SilenceWatch = (name: string, seen: Sighting) => boolean;

export function createSilenceWatch(heartbeatMs: number): SilenceWatch {
  const first = new Map<string, Sighting & { atMs: number }>();
  return (name, { inode, modifiedAtMs }) => {
    const nowMs = performance.now();
    const before = first.get(name);
    if (before?.inode === inode && before.modifiedAtMs === modifiedAtMs) {
      if (nowMs - before.atMs <= heartbeatMs) return false;
      first.delete(name);
      return true;
    }
    first.set(name, { inode, modifiedAtMs, atMs: nowMs });
    return false;
  };
}
