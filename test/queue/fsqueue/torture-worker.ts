// One of the processes of the torture test: enqueues and works off tickets until it is killed.
import {
  appendFileSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { z } from "zod";
import type { Claim } from "../../../src/queue/contract.ts";
import { consume } from "../../../src/queue/consume.ts";
import { createFsQueue } from "../../../src/queue/fsqueue/fsqueue.ts";
import { Holder, lifeOf, thisProcess } from "../../../src/queue/holder.ts";
import { Payload } from "../claims.ts";

const { root, ledger } = z
  .object({ root: z.string(), ledger: z.string() })
  .parse(JSON.parse(process.argv[2] ?? ""));
const self = thisProcess();
const keys = 6;
const most = 40;

/** A line in one of the ledgers: a single write of an appending file is whole (write(2), O_APPEND). */
function write(name: string, line: string): void {
  appendFileSync(join(ledger, name), `${line}\n`);
}

/** Says that this process works on a key; tells of a living one that does so too. */
function enter(key: string, id: string): void {
  const path = join(ledger, `working-on-${key}`);
  try {
    const file = openSync(path, "wx");
    writeSync(file, JSON.stringify(self));
    return;
  } catch {
    const other = Holder.safeParse(parse(readFileSync(path, "utf8"))).data;
    if (other && lifeOf(other, self) !== "dead") write("violations", `${id}: ${key} is worked on already`);
  }
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, JSON.stringify(self));
  renameSync(draft, path);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const log = {
  info: () => undefined,
  warn: () => undefined,
  error: (fields: object, message: string) => write("errors", `${message} ${JSON.stringify(fields)}`),
};
const queue = await createFsQueue({
  root,
  payload: Payload,
  maxCrashes: 1000,
  leaseMs: 600_000,
  sweepMs: 200,
  log,
});

/** Resolves when the next ticket has ended here. */
let tellEnded = (): void => undefined;
function ended(): Promise<void> {
  return new Promise((resolve) => {
    tellEnded = resolve;
  });
}

async function handle(claim: Claim<Payload>): Promise<void> {
  const { id, key } = claim.ticket;
  enter(key, id);
  write("effects", id);
  for (let i = 0; i < Math.random() * 10; i += 1) await turn();
  unlinkSync(join(ledger, `working-on-${key}`));
  const die = Math.random();
  if (die < 0.7) await claim.complete();
  else if (die < 0.8) await claim.retry("again");
  else if (die < 0.9) await claim.retry("later", new Date(Date.now() + 20));
  else if (die < 0.95) await claim.release();
  else await claim.fail("broken");
  tellEnded();
}

async function produce(): Promise<never> {
  const name = randomUUID().slice(0, 8);
  let last: string | undefined;
  for (let n = 0; ; n += 1) {
    const id = `${name}-${n}`;
    const key = `k${Math.floor(Math.random() * keys)}`;
    const payload = { n };
    if ((await queue.enqueue({ id, key, payload })) !== "queued")
      write("violations", `${id} is no duplicate`);
    write("promised", id);
    if (last !== undefined && n % 5 === 0) {
      if ((await queue.enqueue({ id: last, key, payload })) !== "duplicate")
        write("violations", `${last} twice`);
    }
    last = id;
    if ((await queue.counts()).pending > most) await ended();
  }
}

process.send?.("ready");
process.on("disconnect", () => process.exit());
await Promise.all([
  produce(),
  consume({ queue, concurrency: 3, handle, signal: new AbortController().signal, log }),
]);
