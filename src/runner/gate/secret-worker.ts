// The thread in which secretlint runs: a text that makes a rule run for ever costs this thread and nothing else.
import { parentPort } from "node:worker_threads";
import { z } from "zod";
import { secretHits } from "./secret-hits.ts";

const Question = z.object({ id: z.int(), text: z.string(), extension: z.string() });

parentPort?.on("message", (message: unknown) => {
  const { id, text, extension } = Question.parse(message);
  void secretHits(text, extension).then((hits) => parentPort?.postMessage({ id, hits }));
});
parentPort?.postMessage({ id: -1, hits: [] });
