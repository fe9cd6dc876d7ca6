// What a door decided, for the step's events.jsonl.
import type { Log } from "../log.ts";

export interface Decision {
  at: string;
  method: string;
  /** `host:port` for the egress door, `provider/path` for the model door; what the client wrote, when it was refused. */
  target: string;
  allowed: boolean;
  reason: string;
  /** With the bytes when the exchange has ended. */
  bytes_up?: number;
  bytes_down?: number;
}

const maxRecorded = 2000;
const maxTargetLength = 300;

/**
 * Passes decisions on, with the time. A program that hammers at a door must not fill the disk: after 2,000 the rest is
 * only counted, and `close` tells how many there were.
 */
export function createDecisions(options: {
  clock: () => Date;
  log: Log;
  onDecision: (decision: Decision) => void;
}) {
  let recorded = 0;
  let dropped = 0;

  function pass(decision: Omit<Decision, "at">): void {
    const target = printable(decision.target);
    try {
      options.onDecision({ at: options.clock().toISOString(), ...decision, target });
    } catch (error) {
      options.log.error({ err: error }, "recording what a door decided");
    }
  }

  return {
    record(decision: Omit<Decision, "at">): void {
      recorded += 1;
      if (recorded <= maxRecorded) pass(decision);
      else dropped += 1;
    },
    close(): void {
      if (dropped === 0) return;
      const reason = `${dropped} further decisions were not recorded one by one`;
      pass({ method: "", target: "", allowed: false, reason });
      dropped = 0;
    },
  };
}

export type Decisions = ReturnType<typeof createDecisions>;

/** What a hostile client wrote, fit for a log. */
function printable(text: string): string {
  const shown = text.replaceAll(/[^\u0020-\u007e]/g, "\ufffd");
  return shown.length > maxTargetLength ? `${shown.slice(0, maxTargetLength)}…` : shown;
}
