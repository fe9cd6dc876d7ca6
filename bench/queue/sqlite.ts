// node:sqlite with a write-ahead log that is synced at each commit (https://sqlite.org/pragma.html#pragma_synchronous).
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { body, type Contestant } from "./contestant.ts";

export async function createSqlite(folder: string): Promise<Contestant> {
  mkdirSync(folder, { recursive: true });
  const database = new DatabaseSync(join(folder, "queue.sqlite"));
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  database.exec(
    "CREATE TABLE ticket (id TEXT PRIMARY KEY, key TEXT, priority INTEGER, state TEXT, body TEXT);" +
      "CREATE INDEX next ON ticket (state, priority)",
  );
  const insert = database.prepare("INSERT INTO ticket VALUES (?, ?, 5, 'pending', ?)");
  return {
    name: "node:sqlite, WAL, synchronous=FULL",
    // Each has its own commit: the calls are synchronous, so those at once have no way to share one.
    async enqueue(n) {
      insert.run(`job-${n}`, `acme/shop#${n}`, body);
    },
    close: async () => database.close(),
  };
}
