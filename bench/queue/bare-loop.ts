// The limit: the least that a durable file costs. Create, fsync, rename, and one folder sync for all who wait.
import { constants, mkdirSync, renameSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { body, type Contestant } from "./contestant.ts";

export async function createBareLoop(folder: string, text = body): Promise<Contestant> {
  const drafts = join(folder, "drafts");
  const kept = join(folder, "kept");
  mkdirSync(drafts, { recursive: true });
  mkdirSync(kept);
  const handle = await open(kept, constants.O_RDONLY | constants.O_DIRECTORY);
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;

  async function afterRunning(): Promise<void> {
    await running;
    running = next ?? running;
    next = undefined;
    await handle.sync();
  }

  return {
    name: "create, fsync, rename, folder sync",
    async enqueue(n) {
      const draft = join(drafts, `${n}.json`);
      const file = await open(draft, "wx", 0o600);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      renameSync(draft, join(kept, `${n}.json`));
      next ??= afterRunning();
      await next;
    },
    close: () => handle.close(),
  };
}
