import { describeQueueContract } from "../contract.ts";
import { createTestQueue, testDatabase, testServer } from "./server.ts";

const server = await testServer();
const [one, other] = [await testDatabase(server), await testDatabase(server)];

describeQueueContract("postgres", async () => {
  const queue = createTestQueue();
  let opened = 0;
  return {
    open() {
      opened += 1;
      return queue.open(opened % 2 === 1 ? one : other);
    },
    end: queue.end,
  };
});
