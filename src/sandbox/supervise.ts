// Watches over one started program: wall clock, silence, output, cancel. How it is started and ended is the caller's.
import { setTimeout as delay } from "node:timers/promises";
import type { AgentProcess } from "../io/agent-process.ts";
import { createLineSplitter } from "../io/lines.ts";
import type { End, LaunchOptions } from "./launch.ts";

interface Output {
  onStdout: (chunk: string) => void;
  onStderr: (chunk: string) => void;
}

export interface Supervised {
  start(output: Output): Promise<AgentProcess>;
  /** Ends everything that was started and resolves when nothing is left; `graceMs` 0 asks nobody. */
  end(started: AgentProcess, graceMs: number): Promise<void>;
}

/** Ends the program for a reason found elsewhere, such as a limit on its memory. Before the start it does nothing. */
export type Stop = (why: NonNullable<End["ended"]>) => void;

const stderrTailChars = 4000;
/** How long output may still come after everything that is known has ended. */
const outputGraceMs = 2000;

/**
 * Starts what `supervise` returns and sees to its end. Output is handed on as it comes and never kept; of more than
 * `maxOutputBytes` nothing is handed on. Rejects when the program can't be started or can't be ended.
 */
export async function supervise(
  launch: LaunchOptions,
  options: { graceMs: number; maxOutputBytes: number },
  open: (stop: Stop) => Supervised,
): Promise<End> {
  let ended: End["ended"];
  let stderrTail = "";
  let outputBytes = 0;
  let stall: NodeJS.Timeout | undefined;
  let end: Promise<void> | undefined;
  let started: AgentProcess | undefined;

  function stop(why: NonNullable<End["ended"]>): void {
    if (!started || end) return;
    ended = why;
    end = supervised.end(started, options.graceMs);
    // Awaited below, once the program has exited.
    end.catch(() => undefined);
  }
  const supervised = open(stop);

  /** Whether the chunk is still to be handed on. */
  function take(chunk: string): boolean {
    clearTimeout(stall);
    stall = setTimeout(() => stop("stalled"), launch.stallMs);
    outputBytes += Buffer.byteLength(chunk);
    if (outputBytes <= options.maxOutputBytes) return true;
    stop("output");
    return false;
  }

  const lines = createLineSplitter(launch.onLine);
  const cancel = (): void => stop("cancelled");
  launch.signal.throwIfAborted();
  let wall: NodeJS.Timeout | undefined;
  try {
    started = await supervised.start({
      onStdout(chunk) {
        if (!take(chunk)) return;
        launch.onOutput("stdout", chunk);
        lines.push(chunk);
      },
      onStderr(chunk) {
        if (!take(chunk)) return;
        launch.onOutput("stderr", chunk);
        stderrTail = (stderrTail + chunk).slice(-stderrTailChars);
      },
    });
    wall = setTimeout(() => stop("timeout"), launch.timeoutMs);
    launch.signal.addEventListener("abort", cancel, { once: true });
    if (launch.signal.aborted) cancel();
    take("");
    const { exitCode, signal } = await started.exited;
    // What the program left behind in the background ends with it, and only then its output does.
    end ??= supervised.end(started, 0);
    await end;
    // What got away holds the output open for ever: it is not waited for.
    await Promise.race([started.ended, delay(outputGraceMs, undefined, { ref: false })]);
    started.closeOutput();
    lines.flush();
    return { exitCode, signal, ended, stderrTail };
  } finally {
    clearTimeout(wall);
    clearTimeout(stall);
    launch.signal.removeEventListener("abort", cancel);
  }
}
