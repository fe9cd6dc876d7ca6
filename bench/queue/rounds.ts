// Interleaved rounds: on a shared machine a minute is not like the next one, but neighbours of a round are alike.
import type { Contestant } from "./contestant.ts";
import { median } from "./quantile.ts";

export interface Standing {
  name: string;
  /** The median of the rounds. */
  perSecond: number;
  /** The median of what it reached of the first contestant's rate in the same round. */
  ratio: number;
}

let number = 0;

/** How many a second, when `atOnce` callers each wait for one before they begin the next. */
async function roundOf(contestant: Contestant, atOnce: number, ms: number): Promise<number> {
  const begin = performance.now();
  let count = 0;
  async function call(): Promise<void> {
    while (performance.now() - begin < ms) {
      number += 1;
      await contestant.enqueue(number);
      count += 1;
    }
  }
  await Promise.all(Array.from({ length: atOnce }, call));
  return count / ((performance.now() - begin) / 1000);
}

/** Each round asks every contestant, beginning with another one each time. */
export async function standings(
  contestants: readonly Contestant[],
  { atOnce, rounds, ms }: { atOnce: number; rounds: number; ms: number },
): Promise<Standing[]> {
  const rates = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
  for (const contestant of contestants) await roundOf(contestant, atOnce, ms / 2);
  for (let round = 0; round < rounds; round += 1) {
    for (let i = 0; i < contestants.length; i += 1) {
      const contestant = contestants[(i + round) % contestants.length];
      if (contestant) rates.get(contestant.name)?.push(await roundOf(contestant, atOnce, ms));
    }
  }
  const first = rates.get(contestants[0]?.name ?? "") ?? [];
  return [...rates].map(([name, own]) => ({
    name,
    perSecond: median(own),
    ratio: median(own.map((rate, round) => rate / (first[round] ?? Number.NaN))),
  }));
}
