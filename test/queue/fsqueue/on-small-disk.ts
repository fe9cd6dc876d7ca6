// A queue on a disk that becomes full, and then read-only. Tells what it saw. Run by disk.test.ts.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { explain } from "../../../src/errors.ts";
import { errorCode } from "../../../src/io/file.ts";
import { createFsQueue } from "../../../src/queue/fsqueue/fsqueue.ts";
import { Payload } from "../claims.ts";

const disk = process.argv[2] ?? "";
execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]);
// Somebody makes room in the end.
writeFileSync(join(disk, "room"), Buffer.alloc(400_000));
const root = join(disk, "queue");
const open = () => createFsQueue({ root, payload: Payload, maxCrashes: 3, leaseMs: 600_000 });
const queue = await open();
const text = "x".repeat(10_000);
const promised: string[] = [];

/** Enqueues until it is refused, and returns the refusal. */
async function enqueueUntilRefused(prefix: string): Promise<string> {
  for (let n = 0; n < 1000; n += 1) {
    const id = `${prefix}-${n}`;
    try {
      await queue.enqueue({ id, key: id, payload: { n, text } });
    } catch (error) {
      return String(errorCode(error));
    }
    promised.push(id);
  }
  return "never";
}

const refusalOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "none",
    (error: unknown) => String(errorCode(error)),
  );

const full = await enqueueUntilRefused("before");
const promisedBefore = promised.length;
// Not even a claim finds room for its lease.
mkdirSync(join(disk, "more"));
let rest = 0;
try {
  for (; rest < 1000; rest += 1) writeFileSync(join(disk, "more", String(rest)), "x".repeat(4096));
} catch {
  // Now there is no block left.
}
const claimOnFull = await refusalOf(queue.claim());
rmSync(join(disk, "more"), { recursive: true });

// A mount over the mount, since one with files open for writing can't become read-only.
execFileSync("mount", ["--bind", disk, disk]);
execFileSync("mount", ["-o", "remount,bind,ro", disk]);
const enqueueOnReadOnly = await refusalOf(queue.enqueue({ id: "never", key: "k", payload: { n: 0 } }));
const claimOnReadOnly = await refusalOf(queue.claim());
const openOnReadOnly = await open().then(
  () => "none",
  (error: unknown) => `${error instanceof Error ? error.name : ""}: ${explain(error)}`,
);
execFileSync("umount", ["--lazy", disk]);
rmSync(join(disk, "room"));

const claimed: string[] = [];
for (let claim = await queue.claim(); claim; claim = await queue.claim()) {
  if (claim.ticket.payload.text !== text) throw new Error(`${claim.ticket.id} is half written`);
  claimed.push(claim.ticket.id);
  await claim.complete();
  await queue.forget(new Date(Date.now() + 60_000));
}
const again = await queue.enqueue({ id: "never", key: "k", payload: { n: 0 } });
await queue.close();
console.log(
  JSON.stringify({
    full,
    promisedBefore,
    allClaimed: claimed.join() === promised.join(),
    claimOnFull,
    enqueueOnReadOnly,
    claimOnReadOnly,
    openOnReadOnly,
    again,
  }),
);
