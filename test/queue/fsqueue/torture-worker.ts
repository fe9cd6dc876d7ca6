// One of the processes of the torture test on files.
import { z } from "zod";
import { createFsQueue } from "../../../src/queue/fsqueue/fsqueue.ts";
import { Payload } from "../claims.ts";
import { openLedger } from "../torture/ledger.ts";
import { work } from "../torture/work.ts";

const { root, folder } = z
  .object({ root: z.string(), folder: z.string() })
  .parse(JSON.parse(process.argv[2] ?? ""));
const ledger = openLedger(folder);
const log = {
  info: () => undefined,
  warn: () => undefined,
  error: (fields: object, message: string) => ledger.write("errors", `${message} ${JSON.stringify(fields)}`),
};
const queue = await createFsQueue({
  root,
  payload: Payload,
  maxCrashes: 1000,
  leaseMs: 600_000,
  sweepMs: 200,
  log,
});
process.send?.("ready");
process.on("disconnect", () => process.exit());
await work(queue, ledger, log);
