import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../temp-folder.ts";
import { describeProcesses } from "./processes.ts";

const root = await temporaryFolder();

describeProcesses(
  async () => {
    const folder = await mkdtemp(join(root, "together-"));
    return { place: { folder }, folder };
  },
  { usd: 7, calls: 5 },
);
