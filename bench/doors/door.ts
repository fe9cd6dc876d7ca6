// The model door in a process of its own, before the address that it is given.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { createDoors } from "../../src/sandbox/doors.ts";
import { createPriceTable } from "../../src/sandbox/model/prices.ts";

const [baseUrl = ""] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "patchbay-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
process.on("disconnect", () => process.exit(0));
const doors = await createDoors({
  providers: { anthropic: { baseUrl, apiKey: "sk-ant-api03-benchmark-key-0123456789abcdef" } },
  prices: createPriceTable({ "*": { input: 1, output: 1 } }),
  clock: () => new Date(),
  log: pino({ level: "silent" }),
})({
  folder,
  over: "sockets",
  allow: [],
  limits: { maxCostUsd: 1000, maxRequests: undefined },
  onDecision: () => undefined,
});
process.send?.({ socket: join(folder, "model.sock"), token: doors.token });
