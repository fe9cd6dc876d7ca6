import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../../temp-folder.ts";
import { describeProcesses } from "../processes.ts";
import { budgetServer } from "./server.ts";

const root = await temporaryFolder();
const { server, newSchema } = await budgetServer();

describeProcesses(
  async () => {
    const { schema } = await newSchema();
    return { place: { url: server.url, schema }, folder: await mkdtemp(join(root, "together-")) };
  },
  { usd: 5, calls: 4 },
);
