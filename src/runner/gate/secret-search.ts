// Searches texts for secrets in a thread of its own, with a limit of time and memory for each and for all of them.
import { Worker } from "node:worker_threads";
import type { SecretHit } from "./secret-hits.ts";
import type { SearchAnswer, SearchQuestion } from "./secret-worker.ts";

export interface SearchLimits {
  /** For one piece of a text. */
  pieceMs: number;
  /** For everything. */
  totalMs: number;
}

export type SearchText = Pick<SearchQuestion, "text" | "extension">;

/** Rules read a text as a whole: pieces keep what one of them may cost small. A secret across a cut is in the overlap. */
const pieceChars = 256 * 1024;
const overlapChars = 8 * 1024;
const maxHeapMegabytes = 256;
const startMs = 20_000;

/**
 * What was found in each text, in their order; undefined for one that could not be searched to its end in time or
 * memory. Never throws for what a text holds.
 */
export async function searchSecrets(
  texts: readonly SearchText[],
  limits: SearchLimits,
): Promise<(SecretHit[] | undefined)[]> {
  const found: (SecretHit[] | undefined)[] = texts.map(() => []);
  if (texts.length === 0) return found;
  let thread = await startThread();
  const deadline = performance.now() + limits.totalMs;
  try {
    for (const [at, { text, extension }] of texts.entries()) {
      for (let start = 0; start < text.length && found[at]; start += pieceChars - overlapChars) {
        const ms = Math.min(limits.pieceMs, deadline - performance.now());
        const piece = text.slice(start, start + pieceChars);
        const hits = ms <= 0 ? undefined : await thread.ask({ text: piece, extension }, ms);
        if (hits) found[at]?.push(...hits.map((hit) => ({ ...hit, offset: hit.offset + start })));
        else {
          found[at] = undefined;
          if (ms > 0) {
            await thread.end();
            thread = await startThread();
          }
        }
      }
    }
  } finally {
    await thread.end();
  }
  return found;
}

interface Thread {
  /** Undefined when there is no answer within `ms`, or the thread died of it. */
  ask(text: SearchText, ms: number): Promise<SecretHit[] | undefined>;
  end(): Promise<unknown>;
}

async function startThread(): Promise<Thread> {
  // As source it ends with .ts, in a build with .js: like this file.
  const program = new URL(`./secret-worker${import.meta.url.slice(-3)}`, import.meta.url);
  const worker = new Worker(program, {
    // Nothing of this process's environment, which holds secrets.
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMegabytes },
  });
  // An error without a listener would end the process.
  worker.on("error", () => undefined);
  let asked = 0;

  function answerTo(id: number, ms: number): Promise<SecretHit[] | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => finish(undefined), ms);
      const onMessage = (answer: SearchAnswer): void => {
        if (answer.id === id) finish(answer.hits);
      };
      const onEnd = (): void => finish(undefined);
      function finish(hits: SecretHit[] | undefined): void {
        clearTimeout(timer);
        worker.off("message", onMessage).off("error", onEnd).off("exit", onEnd);
        resolve(hits);
      }
      worker.on("message", onMessage).on("error", onEnd).on("exit", onEnd);
    });
  }

  if (!(await answerTo(-1, startMs))) {
    await worker.terminate();
    throw new Error("starting the thread that searches for secrets");
  }
  return {
    ask(text, ms) {
      const id = ++asked;
      const answer = answerTo(id, ms);
      worker.postMessage({ id, ...text } satisfies SearchQuestion);
      return answer;
    },
    end: () => worker.terminate(),
  };
}
