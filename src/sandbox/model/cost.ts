// The price of one call. Pure.
import type { Price, Rates } from "./prices.ts";
import { totalIn, type Tokens } from "./usage.ts";

const million = 1_000_000;

/** In USD. */
export function costOf(tokens: Tokens, price: Price): number {
  const long = price.long_prompt;
  const rates: Rates = long !== undefined && totalIn(tokens) > long.above ? long : price;
  const write = rates.cache_write ?? rates.input;
  return (
    (tokens.input * rates.input +
      tokens.output * rates.output +
      tokens.cacheRead * (rates.cache_read ?? rates.input) +
      tokens.cacheWrite * write +
      tokens.cacheWriteHour * (rates.cache_write_hour ?? write)) /
    million
  );
}
