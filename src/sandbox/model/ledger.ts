// The account of one step: its calls, their tokens, what they cost, and whether another one may start.
import { costOf } from "./cost.ts";
import type { PriceTable } from "./prices.ts";
import { totalIn, type Tokens, type UsageNews } from "./usage.ts";

/** Undefined means unknown, also as long as a call that has not told all is running; what is unknown is never 0. */
export interface Spent {
  /** Calls that a model was asked to answer; counting tokens and listing models are free. */
  requests: number;
  /** All input, from caches or not. */
  tokensIn: number | undefined;
  tokensOut: number | undefined;
  costUsd: number | undefined;
  /**
   * What the limit is counted against, and what is best charged: `costUsd`, with a cautious guess for calls that were cut
   * before they told, and with what is told so far for those that still run.
   */
  estimateUsd: number | undefined;
}

export interface Limits {
  maxCostUsd: number | undefined;
  maxRequests: number | undefined;
}

/** How a call ended: answered to its end, cut before it, not answered by a model, or never sent to one as a whole. */
export type CallEnd = "complete" | "cut" | "failed" | "refused";

export interface Call {
  /** What the request asks for. Returns why it may not, when a cost limit holds and the model has no price. */
  asks(model: string): string | undefined;
  news(news: UsageNews): void;
  close(end: CallEnd, bytes: { sent: number; received: number }): void;
}

/** For a guess: a token of input has about four bytes; one of output travels in an event of a hundred and more. */
const bytesPerTokenIn = 4;
const bytesPerTokenOut = 16;
const none: Tokens = { input: 0, cacheRead: 0, cacheWrite: 0, cacheWriteHour: 0, output: 0 };

interface Account {
  model: string | undefined;
  tokens: Tokens;
  /** True when the provider has told all. */
  final: boolean;
  /** True when the call is over and what the provider did not tell was guessed. */
  guessed: boolean;
}

/** Calls that are over, added up: however many there are, they take no room. */
interface Total {
  calls: number;
  tokensIn: number;
  tokensOut: number;
  knownUsd: number;
  /** Some usage is not told, or not yet. */
  unsure: boolean;
  unpriced: boolean;
}

/**
 * `onExceeded` is called once, with what to tell: when a call is refused for a limit, or when the cost limit is reached
 * while calls are still running up costs. A last answer that reaches the limit just so may end in peace.
 */
export function createLedger(options: {
  prices: PriceTable;
  limits: Limits;
  onExceeded: (why: string) => void;
  /** After each call that is over. */
  onCall?: ((spent: Spent) => void) | undefined;
}) {
  const { prices, limits } = options;
  let over: Total = { calls: 0, tokensIn: 0, tokensOut: 0, knownUsd: 0, unsure: false, unpriced: false };
  const running = new Set<Account>();
  let exceeded = false;

  function add(total: Total, account: Account): Total {
    const costUsd = costOfAccount(account, prices);
    return {
      calls: total.calls + 1,
      tokensIn: total.tokensIn + totalIn(account.tokens),
      tokensOut: total.tokensOut + account.tokens.output,
      knownUsd: total.knownUsd + (costUsd ?? 0),
      unsure: total.unsure || account.guessed || (running.has(account) && !account.final),
      unpriced: total.unpriced || costUsd === undefined,
    };
  }
  const all = (): Total => [...running].reduce(add, over);

  function costReached(): string | undefined {
    const { maxCostUsd } = limits;
    const { knownUsd } = all();
    return maxCostUsd !== undefined && knownUsd >= maxCostUsd
      ? `the cost limit of $${maxCostUsd} is reached (spent: $${knownUsd.toFixed(4)})`
      : undefined;
  }

  function callsReached(): string | undefined {
    const { maxRequests } = limits;
    return maxRequests !== undefined && all().calls >= maxRequests
      ? `the limit of ${maxRequests} model calls is reached`
      : undefined;
  }

  function exceed(why: string): void {
    if (exceeded) return;
    exceeded = true;
    options.onExceeded(why);
  }

  function spent(): Spent {
    const { calls, tokensIn, tokensOut, knownUsd, unsure, unpriced } = all();
    const estimateUsd = unpriced ? undefined : rounded(knownUsd);
    return {
      requests: calls,
      tokensIn: unsure ? undefined : tokensIn,
      tokensOut: unsure ? undefined : tokensOut,
      costUsd: unsure ? undefined : estimateUsd,
      estimateUsd,
    };
  }

  return {
    /** True when calls may cost only so much, and so only what has a known price may be asked for. */
    limitedCost: limits.maxCostUsd !== undefined,

    /** Why no further call may start; undefined when one may. */
    refusal(): string | undefined {
      const why = costReached() ?? callsReached();
      if (why !== undefined) exceed(why);
      return why;
    },

    /** Counts a call. */
    open(): Call {
      const account: Account = { model: undefined, tokens: none, final: false, guessed: false };
      running.add(account);

      return {
        asks(model) {
          account.model = model;
          if (limits.maxCostUsd === undefined || prices.priceOf(model)) return undefined;
          return (
            `the price of the model ${model.slice(0, 100)} is not known, so the cost limit of $${limits.maxCostUsd} could` +
            " not be kept; the operator can add it to PRICES_FILE"
          );
        },
        news(news) {
          account.tokens = merge(account.tokens, news.tokens ?? {});
          account.final ||= news.final;
          // What answers counts more than what was asked for, if it has a price.
          if (news.model !== undefined && (account.model === undefined || prices.priceOf(news.model))) {
            account.model = news.model;
          }
          const why = costReached();
          if (why !== undefined && [...running].some((other) => !other.final)) exceed(why);
        },
        close(end, { sent, received }) {
          if (!running.delete(account) || end === "refused") return;
          if (end !== "failed" && !account.final) {
            account.guessed = true;
            account.tokens = guess(account.tokens, sent, received);
          }
          over = add(over, account);
          options.onCall?.(spent());
        },
      };
    },

    spent,
  };
}

function costOfAccount({ model, tokens }: Account, prices: PriceTable): number | undefined {
  if (totalIn(tokens) + tokens.output === 0) return 0;
  const price = model === undefined ? undefined : prices.priceOf(model);
  return price && costOf(tokens, price);
}

export type Ledger = ReturnType<typeof createLedger>;

/** Each event tells the counts so far; one that leaves a count out, or at 0, tells nothing of it. */
function merge(before: Tokens, news: Partial<Tokens>): Tokens {
  return {
    input: news.input || before.input,
    cacheRead: news.cacheRead || before.cacheRead,
    cacheWrite: news.cacheWrite || before.cacheWrite,
    cacheWriteHour: news.cacheWriteHour || before.cacheWriteHour,
    output: news.output || before.output,
  };
}

function guess(tokens: Tokens, sent: number, received: number): Tokens {
  return {
    ...tokens,
    input: totalIn(tokens) > 0 ? tokens.input : Math.ceil(sent / bytesPerTokenIn),
    output: Math.max(tokens.output, Math.ceil(received / bytesPerTokenOut)),
  };
}

/** To a millionth of a cent, so that a sum of fractions reads like one. */
function rounded(usd: number): number {
  return Math.round(usd * 1e8) / 1e8;
}
