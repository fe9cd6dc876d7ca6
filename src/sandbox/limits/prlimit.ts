// The last resort: per-process limits, and a look at the whole tree twice a second.
import type { Limits, OpenLimits } from "./limits.ts";
import { countTasks, descendants, proportionalBytes } from "./process-table.ts";
import { type HardLimits, resourceLimitWords } from "./resource-limits.ts";

const sampleMs = 500;
/** A program that failed, this near to the limit at its last sample, failed for it. */
const nearly = 0.75;
const saysNoMemory =
  /out of memory|cannot allocate memory|allocation failed|bad_alloc|MemoryError|\bENOMEM\b|ERR_MEMORY_ALLOCATION/i;
const saysNoProcess =
  /cannot fork|can't fork|fork: retry|fork failed|resource temporarily unavailable|\bEAGAIN\b/i;

/** A program may run into the limit for a moment and recover; a fork bomb stays there. */
export const maxFullSamples = 4;

/**
 * Processes are limited by the host's count of the user's, memory by process; the sum of all is looked at twice a
 * second, and `stop` called when it is too much. What is allocated and freed in between is not seen.
 */
export function createPrlimit(options: {
  prlimit: string;
  limits: Limits;
  hard: HardLimits;
  uid: number;
}): OpenLimits {
  const { limits } = options;
  return async (_jobId, stop) => {
    let hit: "memory" | "pids" | undefined;
    let fullSamples = 0;
    let peakBytes = 0;
    let timer: NodeJS.Timeout | undefined;

    function sample(root: number): void {
      const { tasks, memoryBytes } = usage(root, limits.memoryBytes);
      peakBytes = Math.max(peakBytes, memoryBytes);
      // bwrap's own process, outside, counts too.
      fullSamples = tasks >= limits.pids - 2 ? fullSamples + 1 : 0;
      if (memoryBytes > limits.memoryBytes) hit = "memory";
      else if (fullSamples > 0) hit ??= "pids";
      if (hit === "memory" || fullSamples >= maxFullSamples) stop(hit ?? "pids");
    }

    return {
      prefix: resourceLimitWords(options.prlimit, limits, options.hard, {
        // Besides what the user runs already: other jobs and, when it is the service's own user, Patchbay itself.
        tasks: countTasks(options.uid) + limits.pids,
        dataBytes: limits.memoryBytes,
      }),
      async enter() {},
      watch(pid) {
        timer = setInterval(() => sample(pid), sampleMs);
        timer.unref();
      },
      async hit({ said }) {
        if (hit) return hit;
        // One process runs into the kernel's own limit before a sample sees it; then it is told an error.
        if (peakBytes > limits.memoryBytes * nearly || saysNoMemory.test(said)) return "memory";
        return saysNoProcess.test(said) ? "pids" : undefined;
      },
      // What is left is found by others.
      async kill() {},
      async close() {
        clearInterval(timer);
      },
    };
  };
}

/** Of a tree. Pages that processes share are counted by each; only when that is too much is the exact sum taken. */
function usage(root: number, enoughBytes: number): { tasks: number; memoryBytes: number } {
  const rows = descendants(root);
  const tasks = rows.reduce((sum, { threads }) => sum + threads, 0);
  const memoryBytes = rows.reduce((sum, { residentBytes }) => sum + residentBytes, 0);
  if (memoryBytes <= enoughBytes) return { tasks, memoryBytes };
  const exact = rows.map(({ pid, residentBytes }) => proportionalBytes(pid) ?? residentBytes);
  return { tasks, memoryBytes: exact.reduce((sum, bytes) => sum + bytes, 0) };
}
