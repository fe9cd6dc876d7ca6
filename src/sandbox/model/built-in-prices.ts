// List prices of the models that agents mostly use, as the providers' pages had them in November 2026 (Anthropic,
// "Pricing"; OpenAI, "Pricing" and its pages of models; Google, "Gemini Developer API pricing"). A price that is lowered
// for a time stands at its list price. PRICES_FILE replaces and extends them.
import type { Price, PriceList, Rates } from "./prices.ts";

/** Anthropic's caches: a write costs 1.25 times the input, one for an hour twice, a read a tenth or less. */
function anthropic(input: number, output: number, cacheRead = input / 10): Rates {
  return {
    input,
    output,
    cache_read: cacheRead,
    cache_write: input * 1.25,
    cache_write_hour: input * 2,
  };
}

function openai(input: number, output: number, cacheRead: number): Rates {
  return { input, output, cache_read: cacheRead };
}

/** Since GPT-5.4: above 272,000 tokens of input the whole call costs twice, its output 1.5 times as much. */
function openaiLong(input: number, output: number, cacheRead: number): Price {
  const rates = openai(input, output, cacheRead);
  return { ...rates, long_prompt: { above: 272_000, ...openai(input * 2, output * 1.5, cacheRead * 2) } };
}

/** Since GPT-5.6: a write to a cache costs 1.25 times the input. */
function openaiCached(input: number, output: number, cacheRead: number): Price {
  const write = input * 1.25;
  const { long_prompt: long, ...rates } = openaiLong(input, output, cacheRead);
  return {
    ...rates,
    cache_write: write,
    ...(long === undefined ? {} : { long_prompt: { ...long, cache_write: write * 2 } }),
  };
}

/** Above 200,000 tokens of input: another price for the whole call. */
function gemini(rates: Rates, long?: Rates): Price {
  return { ...rates, ...(long === undefined ? {} : { long_prompt: { above: 200_000, ...long } }) };
}

/** The same for a model and for its dated names. */
function dated(name: string, price: Price): PriceList {
  return { [name]: price, [`${name}-20*`]: price };
}

export const builtInPrices: PriceList = {
  ...dated("claude-fable-5-1", anthropic(10, 50, 0.25)),
  ...dated("claude-fable-5", anthropic(10, 50)),
  ...dated("claude-opus-5-5", anthropic(4, 20, 0.2)),
  ...dated("claude-opus-5", anthropic(5, 25)),
  ...dated("claude-opus-4-8", anthropic(5, 25)),
  ...dated("claude-opus-4-7", anthropic(5, 25)),
  ...dated("claude-opus-4-6", anthropic(5, 25)),
  ...dated("claude-opus-4-5", anthropic(5, 25)),
  ...dated("claude-opus-4-1", anthropic(15, 75)),
  ...dated("claude-opus-4", anthropic(15, 75)),
  ...dated("claude-sonnet-5-5", anthropic(2, 10, 0.1)),
  ...dated("claude-sonnet-5", anthropic(2, 10)),
  ...dated("claude-sonnet-4-6", anthropic(3, 15)),
  ...dated("claude-sonnet-4-5", anthropic(3, 15)),
  ...dated("claude-sonnet-4", anthropic(3, 15)),
  ...dated("claude-haiku-5-5", {
    ...anthropic(0.1, 0.5),
    long_prompt: { above: 100_000, ...anthropic(0.5, 2.5) },
  }),
  ...dated("claude-haiku-4-5", anthropic(1, 5)),
  ...dated("claude-3-5-haiku", anthropic(0.8, 4)),

  ...dated("gpt-6.2-astra", openaiCached(8, 40, 0.4)),
  ...dated("gpt-6.2-sol", openaiCached(2, 10, 0.1)),
  ...dated("gpt-6.1-sol", openaiCached(2, 10, 0.1)),
  ...dated("gpt-6.1-terra", openaiCached(1, 5, 0.05)),
  ...dated("gpt-6-astra", openaiCached(10, 50, 1)),
  ...dated("gpt-6-sol", openaiCached(2, 10, 0.2)),
  ...dated("gpt-6-luna", openaiCached(0.1, 0.5, 0.01)),
  ...dated("gpt-5.6-sol", openaiCached(5, 30, 0.5)),
  ...dated("gpt-5.6", openaiCached(5, 30, 0.5)),
  ...dated("gpt-5.6-terra", openaiCached(2, 12, 0.2)),
  ...dated("gpt-5.6-luna", openaiCached(0.2, 1.2, 0.02)),
  ...dated("gpt-5.5", openaiLong(5, 30, 0.5)),
  ...dated("gpt-5.4", openaiLong(2.5, 15, 0.25)),
  ...dated("gpt-5.4-mini", openai(0.75, 4.5, 0.075)),
  ...dated("gpt-5.4-nano", openai(0.2, 1.25, 0.02)),
  ...dated("gpt-5.3-codex", openai(1.75, 14, 0.175)),
  ...dated("gpt-5.2-codex", openai(1.75, 14, 0.175)),
  ...dated("gpt-5.2", openai(1.75, 14, 0.175)),
  ...dated("gpt-5.1", openai(1.25, 10, 0.125)),
  ...dated("gpt-5.1-codex", openai(1.25, 10, 0.125)),
  ...dated("gpt-5.1-codex-max", openai(1.25, 10, 0.125)),
  ...dated("gpt-5.1-codex-mini", openai(0.25, 2, 0.025)),
  ...dated("gpt-5", openai(1.25, 10, 0.125)),
  ...dated("gpt-5-codex", openai(1.25, 10, 0.125)),
  ...dated("gpt-5-mini", openai(0.25, 2, 0.025)),
  ...dated("gpt-5-nano", openai(0.05, 0.4, 0.005)),

  "gemini-3.8-flash": gemini({ input: 1.5, output: 7.5, cache_read: 0.15 }),
  "gemini-3.7-flash": gemini({ input: 1.5, output: 7.5, cache_read: 0.15 }),
  "gemini-3.6-flash": gemini({ input: 1.5, output: 7.5, cache_read: 0.15 }),
  "gemini-3.5-flash": gemini({ input: 1.5, output: 9, cache_read: 0.15 }),
  "gemini-3.5-flash-lite": gemini({ input: 0.3, output: 2.5, cache_read: 0.03 }),
  "gemini-3.1-pro*": gemini(
    { input: 2, output: 12, cache_read: 0.2 },
    { input: 4, output: 18, cache_read: 0.4 },
  ),
  "gemini-2.5-pro": gemini(
    { input: 1.25, output: 10, cache_read: 0.125 },
    { input: 2.5, output: 15, cache_read: 0.25 },
  ),
  "gemini-2.5-flash": gemini({ input: 0.3, output: 2.5, cache_read: 0.03 }),
  "gemini-2.5-flash-lite": gemini({ input: 0.1, output: 0.4, cache_read: 0.01 }),
};
