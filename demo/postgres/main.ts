// A Postgres that lives as long as who started it: run with fork(2)'s channel it says its address and obeys.
//
//   node demo/postgres/main.ts '{ "parent": "/tmp/somewhere", "keep": true }'
import { rm } from "node:fs/promises";
import { z } from "zod";
import { openCluster } from "./cluster.ts";
import { Order } from "./order.ts";

const Options = z.object({
  /** Where the data folder is or is to be; a folder that every user may enter. */
  parent: z.string(),
  /** The data stays when it ends; else all of `parent` goes. */
  keep: z.boolean().default(false),
  settings: z.record(z.string(), z.string()).default({}),
});
const { parent, keep, settings } = Options.parse(JSON.parse(process.argv[2] ?? "{}"));

const cluster = await openCluster({ parent, settings });
await cluster.start();

/** One order after the other. */
let last: Promise<void> = Promise.resolve();
async function obey(order: Order, before: Promise<void>): Promise<void> {
  await before;
  await cluster[order]();
  process.send?.({ done: order });
}
process.on("message", (message) => {
  last = obey(Order.parse(message), last);
});

let ending = false;
async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  await last;
  await (keep ? cluster.stop() : cluster.crash());
  if (!keep) await rm(parent, { recursive: true, force: true });
  process.exit();
}
process.on("disconnect", () => void end());
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void end());
process.send?.({ url: cluster.url, port: cluster.port });
