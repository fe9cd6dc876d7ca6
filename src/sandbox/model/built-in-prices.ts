// List prices of the models that agents mostly use, USD for a million tokens. PRICES_FILE replaces and extends them.
import type { PriceList } from "./prices.ts";

/** Anthropic's caches: a read costs a tenth of input, a write 1.25 times, one for an hour twice ("Pricing"). */
function anthropic(input: number, output: number): PriceList[string] {
  return {
    input,
    output,
    cache_read: input / 10,
    cache_write: input * 1.25,
    cache_write_hour: input * 2,
  };
}

function cached(input: number, output: number, cacheRead: number): PriceList[string] {
  return { input, output, cache_read: cacheRead };
}

export const builtInPrices: PriceList = {
  "claude-opus-4-*": anthropic(5, 25),
  "claude-opus-4-1*": anthropic(15, 75),
  "claude-opus-4-2025*": anthropic(15, 75),
  "claude-sonnet-4*": anthropic(3, 15),
  "claude-3-7-sonnet*": anthropic(3, 15),
  "claude-3-5-sonnet*": anthropic(3, 15),
  "claude-haiku-4-5*": anthropic(1, 5),
  "claude-3-5-haiku*": anthropic(0.8, 4),

  "gpt-5": cached(1.25, 10, 0.125),
  "gpt-5-2025*": cached(1.25, 10, 0.125),
  "gpt-5-codex*": cached(1.25, 10, 0.125),
  "gpt-5-mini*": cached(0.25, 2, 0.025),
  "gpt-5-nano*": cached(0.05, 0.4, 0.005),
  "gpt-4.1": cached(2, 8, 0.5),
  "gpt-4.1-2025*": cached(2, 8, 0.5),
  "gpt-4.1-mini*": cached(0.4, 1.6, 0.1),
  "gpt-4o": cached(2.5, 10, 1.25),
  "gpt-4o-mini*": cached(0.15, 0.6, 0.075),

  "gemini-2.5-flash": cached(0.3, 2.5, 0.03),
  "gemini-2.5-flash-lite*": cached(0.1, 0.4, 0.01),
};
