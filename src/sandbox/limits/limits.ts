// What a job may use, and the ways to hold it to that.

export interface Limits {
  memoryBytes: number;
  /** Processes and threads together. */
  pids: number;
  /** CPUs' worth of time, such as 1.5; undefined: all. */
  cpus?: number | undefined;
  /** The largest file that can be written. */
  fileBytes: number;
  /** Standard output and standard error together. */
  outputBytes: number;
}

export type Tier = "cgroup" | "scope" | "prlimit" | "none";

/** How a program failed, where that may have been for a limit. */
interface Failure {
  /** The sandbox itself was killed, and by nobody here. */
  wasKilled: boolean;
  /** The end of its stderr. */
  said: string;
}

/** The limits of one launch. */
export interface LaunchLimits {
  /** Words to put before the program. */
  prefix: string[];
  /** Called with the first process before it has done anything. */
  enter(pid: number): Promise<void>;
  /** Called with the first process inside the sandbox, as this machine numbers it. */
  watch(pid: number): void;
  /** The limit that was hit by a program that failed. */
  hit(failure: Failure): Promise<"memory" | "pids" | undefined>;
  /** Ends whatever is left. */
  kill(): Promise<void>;
  /** Forgets the launch; nothing of it may be left. */
  close(): Promise<void>;
}

/** `stop` ends the launch early for a limit that nobody else enforces. */
export type OpenLimits = (marker: string, stop: (why: "memory" | "pids") => void) => Promise<LaunchLimits>;
