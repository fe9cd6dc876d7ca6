// A short lock on a folder that the kernel releases when its process dies.
//
// Every change of what is kept there happens under it, so that whoever holds it sees either a finished change or what
// a dead process left in the middle of one: there are crashes to think about, but no races. Node has no flock(2); the
// only lock in its standard library that survives kill -9 without leaving anything to clean up is SQLite's, which
// is fcntl(2)'s F_SETLK (https://sqlite.org/lockingv3.html). So `lock` is an SQLite database that stays empty:
// beginning an immediate transaction takes the lock, rolling it back gives it away, and nothing is ever written.
import { DatabaseSync } from "node:sqlite";
import { setImmediate as turn, setTimeout as delay } from "node:timers/promises";

export interface FolderLock {
  /** Runs `step` while no other process is in one. It must be short and has no way to wait. */
  run<T>(step: () => T): Promise<T>;
  close(): void;
}

const patienceMs = 30_000;

/** Opens the lock at `path`. `run` throws when another process stays in its step for 30 s (it was stopped there). */
export function openFolderLock(path: string): FolderLock {
  // SQLite's own waiting would block the event loop.
  const database = new DatabaseSync(path, { timeout: 0 });

  function tryEnter(): boolean {
    try {
      database.exec("BEGIN IMMEDIATE");
      return true;
    } catch (error) {
      if (isBusy(error)) return false;
      throw error;
    }
  }

  return {
    async run(step) {
      const giveUpAt = performance.now() + patienceMs;
      for (let tries = 1; !tryEnter(); tries += 1) {
        if (performance.now() > giveUpAt) throw new Error(`waiting ${patienceMs} ms for the lock ${path}`);
        // Most steps are over before a timer would tell.
        await (tries <= 5 ? turn() : delay(1 + Math.random() * 3));
      }
      try {
        return step();
      } finally {
        database.exec("ROLLBACK");
      }
    },
    close: () => database.close(),
  };
}

/** SQLITE_BUSY is 5, its variants have it in their low byte (https://sqlite.org/rescode.html). */
function isBusy(error: unknown): boolean {
  return (
    error instanceof Error &&
    "errcode" in error &&
    typeof error.errcode === "number" &&
    (error.errcode & 0xff) === 5
  );
}
