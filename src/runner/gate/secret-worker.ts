// The thread in which secretlint runs: a text that makes a rule run for ever costs this thread and nothing else.
import { parentPort } from "node:worker_threads";
import { type SecretHit, secretHits } from "./secret-hits.ts";

/** Both sides are ours and of one version: nothing here comes from outside, so nothing is checked. */
export interface SearchQuestion {
  id: number;
  text: string;
  /** Of the text's file, such as ".json". */
  extension: string;
}

export interface SearchAnswer {
  id: number;
  hits: SecretHit[];
}

function answer(message: SearchAnswer): void {
  parentPort?.postMessage(message);
}

parentPort?.on("message", ({ id, text, extension }: SearchQuestion) => {
  void secretHits(text, extension).then((hits) => answer({ id, hits }));
});
answer({ id: -1, hits: [] });
