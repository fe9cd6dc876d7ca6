// Doors for a test: in a folder of their own, closed after it, everything they decide kept.
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "node:net";
import { pino } from "pino";
import { afterEach } from "vitest";
import type { Decision } from "../../src/sandbox/decision.ts";
import { createDoors, type DoorRequest, type Doors, type DoorsOptions } from "../../src/sandbox/doors.ts";
import { createPriceTable } from "../../src/sandbox/model/prices.ts";
import { temporaryFolder } from "../temp-folder.ts";

const root = await temporaryFolder();
const opened: Doors[] = [];
afterEach(async () => {
  for (const doors of opened.splice(0)) await doors.close();
});

export interface TestDoors extends Doors {
  egress: string;
  model: string;
  decisions: Decision[];
}

/** An address that may be reached, for names that a test makes up. */
export const publicAddress = "93.184.215.14";

export async function openDoors(
  options: Partial<DoorsOptions>,
  request: Partial<DoorRequest> = {},
): Promise<TestDoors> {
  const folder = await mkdtemp(join(root, "step-"));
  const decisions: Decision[] = [];
  const open = createDoors({
    providers: {},
    prices: createPriceTable(),
    clock: () => new Date(),
    log: pino({ level: "silent" }),
    ...options,
  });
  const doors = await open({
    folder,
    over: "sockets",
    allow: [],
    limits: { maxCostUsd: undefined, maxRequests: undefined },
    onDecision: (decision) => decisions.push(decision),
    ...request,
  });
  opened.push(doors);
  return { ...doors, egress: join(folder, "egress.sock"), model: join(folder, "model.sock"), decisions };
}

/** The upstream on the loopback stands for the internet: the check has passed when this is asked. */
export function dialLoopback(dialled: string[] = []): NonNullable<DoorsOptions["dial"]> {
  return (address, port) => {
    dialled.push(`${address}:${port}`);
    return connect(port, "127.0.0.1");
  };
}
