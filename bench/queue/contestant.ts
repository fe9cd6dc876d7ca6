// What is measured against each other: something that keeps a body and returns once that is durable.
export interface Contestant {
  name: string;
  /** Durable when it returns. `n` is new each time. */
  enqueue(n: number): Promise<void>;
  close(): Promise<void>;
}

/** What each one keeps: 2 KB, as a job's specification has it. */
export const body = "Fix the login form: it forgets the e-mail. ".repeat(48).slice(0, 2048);
