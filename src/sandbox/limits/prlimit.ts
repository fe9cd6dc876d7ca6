// The last resort: per-process limits, and a look at the whole tree twice a second.
import { descendants, proportionalBytes, countTasks } from "./process-table.ts";
import type { Limits, OpenLimits } from "./limits.ts";
import { type HardLimits, resourceLimitWords } from "./resource-limits.ts";

const sampleMs = 500;
/** A program may run into the limit for a moment and recover; a fork bomb stays there. */
const maxFullSamples = 4;

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
    const fallback = {
      // Besides what the user runs already: with one user for all, other jobs and Patchbay itself.
      tasks: (await countTasks(options.uid)) + limits.pids,
      dataBytes: limits.memoryBytes,
    };
    let hit: "memory" | "pids" | undefined;
    let fullSamples = 0;
    let timer: NodeJS.Timeout | undefined;
    let ended = false;

    async function sample(root: number): Promise<void> {
      const rows = await descendants(root);
      const tasks = rows.reduce((sum, { threads }) => sum + threads, 0);
      if (tasks >= limits.pids) {
        hit ??= "pids";
        if (++fullSamples >= maxFullSamples) stop("pids");
      } else fullSamples = 0;
      // Pages that processes share are counted by each: only when that is too much is the exact sum taken.
      if (rows.reduce((sum, { residentBytes }) => sum + residentBytes, 0) <= limits.memoryBytes) return;
      const exact = await Promise.all(
        rows.map(async ({ pid, residentBytes }) => (await proportionalBytes(pid)) ?? residentBytes),
      );
      if (exact.reduce((sum, bytes) => sum + bytes, 0) <= limits.memoryBytes) return;
      hit = "memory";
      stop("memory");
    }

    function next(root: number): void {
      timer = setTimeout(() => {
        // A process that ends while it is looked at is no error; the next look sees what is there then.
        sample(root)
          .catch(() => undefined)
          .finally(() => {
            if (!ended) next(root);
          });
      }, sampleMs);
      timer.unref();
    }

    return {
      prefix: resourceLimitWords(options.prlimit, limits, options.hard, fallback),
      async enter() {},
      watch: next,
      async hit() {
        return hit;
      },
      async end() {
        ended = true;
        clearTimeout(timer);
      },
    };
  };
}
