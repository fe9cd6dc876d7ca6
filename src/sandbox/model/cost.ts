// The price of one call. Pure.
import type { Price } from "./prices.ts";
import type { Tokens } from "./usage.ts";

const million = 1_000_000;

/** In USD. */
export function costOf(tokens: Tokens, price: Price): number {
  const write = price.cache_write ?? price.input;
  return (
    (tokens.input * price.input +
      tokens.output * price.output +
      tokens.cacheRead * (price.cache_read ?? price.input) +
      tokens.cacheWrite * write +
      tokens.cacheWriteHour * (price.cache_write_hour ?? write)) /
    million
  );
}
