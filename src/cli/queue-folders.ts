// Where the queues lie as files, and what is left there once they are in Postgres.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../config.ts";
import { errorCode } from "../io/file.ts";
import type { QueueState } from "../job/queue-state.ts";

export type QueueName = "inbox" | "jobs" | "outbox";

export function queueFolders(config: Pick<Config, "DATA_ROOT" | "queueRoot">): Record<QueueName, string> {
  return {
    inbox: join(config.DATA_ROOT, "inbox"),
    jobs: config.queueRoot,
    outbox: join(config.DATA_ROOT, "outbox"),
  };
}

const open: QueueState[] = ["pending", "running", "awaiting_approval"];

/** The folders with tickets that have not ended, and how many there are in each. */
export async function ticketsInFiles(
  config: Pick<Config, "DATA_ROOT" | "queueRoot">,
): Promise<{ folder: string; count: number }[]> {
  const found: { folder: string; count: number }[] = [];
  for (const root of Object.values(queueFolders(config))) {
    for (const state of open) {
      const folder = join(root, state);
      const count = (await namesIn(folder)).filter((name) => name.endsWith(".json")).length;
      if (count > 0) found.push({ folder, count });
    }
  }
  return found;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}
