// What bwrap(1) says on its status descriptor: one JSON text a line.
import { z } from "zod";
import { createLineSplitter } from "../../io/lines.ts";

const Line = z.object({ "child-pid": z.int().optional(), "exit-code": z.int().optional() });

export interface BwrapStatus {
  push(chunk: string): void;
  /** The first process inside, as this machine numbers it. */
  readonly firstPid: number | undefined;
  /** Whether the program was started and ended; otherwise it was bwrap that failed, or was killed. */
  readonly programEnded: boolean;
}

/** Collects what is said; `onFirstPid` is called once. */
export function createBwrapStatus(onFirstPid: (pid: number) => void): BwrapStatus {
  let firstPid: number | undefined;
  let programEnded = false;
  const lines = createLineSplitter((line) => {
    const said = Line.parse(JSON.parse(line));
    if (said["child-pid"] !== undefined) onFirstPid((firstPid = said["child-pid"]));
    if (said["exit-code"] !== undefined) programEnded = true;
  });
  return {
    push: (chunk) => lines.push(chunk),
    get firstPid() {
      return firstPid;
    },
    get programEnded() {
      return programEnded;
    },
  };
}
