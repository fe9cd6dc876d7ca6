import { describeQueueContract } from "../contract.ts";
import { createTestFolder } from "./folder.ts";

describeQueueContract("fsqueue", async () => {
  const folder = createTestFolder();
  return { open: () => folder.open(), end: folder.end };
});
