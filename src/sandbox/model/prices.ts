// What the models cost.
import { z } from "zod";

const Rate = z.number().nonnegative();

/** USD for a million tokens. */
const Rates = z.strictObject({
  input: Rate,
  output: Rate,
  /** Default: as input. */
  cache_read: Rate.optional(),
  /** Default: as input. */
  cache_write: Rate.optional(),
  /** For a cache of an hour. Default: as cache_write. */
  cache_write_hour: Rate.optional(),
});
export type Rates = z.infer<typeof Rates>;

const Price = Rates.extend({
  /** For the whole of a call whose input, cached or not, has more than `above` tokens. */
  long_prompt: Rates.extend({ above: z.int().positive() }).optional(),
});
export type Price = z.infer<typeof Price>;

/** Model → price. A closing `*` stands for any rest; the longest name that fits counts. */
export const PriceList = z.record(
  z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]*\*?$|^\*$/, "a model's name, * at its end stands for any rest"),
  Price,
);
export type PriceList = z.infer<typeof PriceList>;

export interface PriceTable {
  /** Undefined for a model of which nothing is known. */
  priceOf(model: string): Price | undefined;
}

/** `lists` in order: what a later one says of a name replaces what an earlier one said. */
export function createPriceTable(...lists: readonly PriceList[]): PriceTable {
  const all = new Map(lists.flatMap((list) => Object.entries(list)));
  const patterns = [...all]
    .filter(([name]) => name.endsWith("*"))
    .toSorted(([a], [b]) => b.length - a.length);
  return {
    priceOf(model) {
      return all.get(model) ?? patterns.find(([name]) => model.startsWith(name.slice(0, -1)))?.[1];
    },
  };
}
