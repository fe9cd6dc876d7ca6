// Faults on demand: the n-th matching request fails, before or after it took effect, is held, slowed or cut.
import { primaryRateLimit, refusal, secondaryRateLimit, serverError, tooManyRequests } from "./guesses.ts";
import type { HttpError } from "./rest/http-error.ts";

/** Which requests are meant. All given parts must fit. */
export interface FaultTarget {
  method?: string | undefined;
  /** Without `/api/v3`: `*` stands for part of a segment, `**` for anything. */
  path?: string | RegExp | undefined;
  /** Only requests whose body has this text in it, such as the name of a GraphQL mutation. */
  bodyIncludes?: string | undefined;
  /** The first matching request that is hit, counted from 1 (default). */
  nth?: number | undefined;
  /** How many in a row are hit; default 1. */
  times?: number | undefined;
  /** Hit only after the request took effect: GitHub did it, and the caller does not learn of it. */
  after?: boolean | undefined;
}

export type Effect =
  | { kind: "status"; error: () => HttpError; headers: Record<string, string> }
  | { kind: "hold" }
  | { kind: "slow"; delayMs: number }
  | { kind: "cut" };

export interface FaultHandle {
  id: number;
  /** How many requests were hit. */
  readonly hits: number;
  /** Resolves when the first request is hit; for `after`, when it has taken effect. */
  arrived: Promise<void>;
  /** Lets held requests go on. */
  release(): void;
  /** Cuts the connection of held requests. */
  drop(): void;
  /** No further request is hit; held ones go on. */
  remove(): void;
}

export type Verdict = "go" | "cut" | HttpError;

interface Fault extends FaultHandle {
  target: FaultTarget;
  effect: Effect;
  seen: number;
  hits: number;
  arrive: () => void;
  decided: Promise<"go" | "cut">;
}

export interface Incoming {
  method: string;
  path: string;
  body: string;
}

export type Faults = ReturnType<typeof createFaults>;

/** The faults of one stand-in. */
export function createFaults() {
  const faults: Fault[] = [];
  const lost: {
    event?: string | undefined;
    action?: string | undefined;
    nth: number;
    times: number;
    seen: number;
  }[] = [];
  let nextId = 1;

  function add(target: FaultTarget, effect: Effect): FaultHandle {
    const arrival = Promise.withResolvers<void>();
    const decision = Promise.withResolvers<"go" | "cut">();
    const fault: Fault = {
      id: nextId++,
      target,
      effect,
      seen: 0,
      hits: 0,
      arrived: arrival.promise,
      arrive: () => arrival.resolve(),
      decided: decision.promise,
      release: () => decision.resolve("go"),
      drop: () => decision.resolve("cut"),
      remove: () => {
        decision.resolve("go");
        faults.splice(faults.indexOf(fault) >>> 0, 1);
      },
    };
    faults.push(fault);
    return fault;
  }

  /** The fault that hits this request, if one does. Counts the request. */
  function take(incoming: Incoming): Fault | null {
    for (const fault of faults) {
      if (!fits(fault.target, incoming)) continue;
      fault.seen += 1;
      const first = fault.target.nth ?? 1;
      if (fault.seen < first || fault.seen >= first + (fault.target.times ?? 1)) continue;
      fault.hits += 1;
      return fault;
    }
    return null;
  }

  /** What a hit request comes to. */
  async function suffer(fault: Fault): Promise<Verdict> {
    fault.arrive();
    const { effect } = fault;
    switch (effect.kind) {
      case "cut":
        return "cut";
      case "hold":
        return fault.decided;
      case "slow":
        return Promise.race([
          fault.decided,
          new Promise<"go">((resolve) => setTimeout(resolve, effect.delayMs, "go")),
        ]);
      case "status": {
        const error = effect.error();
        Object.assign(error.headers, effect.headers);
        return error;
      }
    }
  }

  const status = (target: FaultTarget, error: () => HttpError, headers: Record<string, string> = {}) =>
    add(target, { kind: "status", error, headers });

  return {
    take,
    suffer,
    /** A 5xx; 502 unless said otherwise. */
    serverError: (target: FaultTarget, code = 502) => status(target, () => serverError(code)),
    /** 403 with GitHub's words for its secondary limits. */
    secondaryLimit: (target: FaultTarget, retryAfterSec?: number) =>
      status(target, secondaryRateLimit, retryAfter(retryAfterSec)),
    tooManyRequests: (target: FaultTarget, retryAfterSec = 1) =>
      status(target, tooManyRequests, retryAfter(retryAfterSec)),
    /** 403 with nothing left until `resetSec`, a time in seconds. */
    primaryLimit: (target: FaultTarget, resetSec: number) =>
      status(target, primaryRateLimit, {
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": String(resetSec),
      }),
    /** A refusal in words of the caller's. */
    refuse: (target: FaultTarget, code: number, message: string) =>
      status(target, () => refusal(code, message)),
    hold: (target: FaultTarget) => add(target, { kind: "hold" }),
    slow: (target: FaultTarget, delayMs: number) => add(target, { kind: "slow", delayMs }),
    cut: (target: FaultTarget) => add(target, { kind: "cut" }),
    /** Webhooks that never arrive; the deliveries API tells of them. */
    loseDelivery: (
      which: {
        event?: string | undefined;
        action?: string | undefined;
        nth?: number | undefined;
        times?: number | undefined;
      } = {},
    ) => {
      lost.push({ ...which, nth: which.nth ?? 1, times: which.times ?? 1, seen: 0 });
    },
    isLost: (event: string, action: string | null): boolean => {
      const hit = lost.filter((one) => {
        if ((one.event ?? event) !== event || (one.action ?? action) !== action) return false;
        one.seen += 1;
        return one.seen >= one.nth && one.seen < one.nth + one.times;
      });
      return hit.length > 0;
    },
    find: (id: number): FaultHandle | undefined => faults.find((fault) => fault.id === id),
    list: () => faults.map(({ id, hits, target, effect }) => ({ id, hits, target, effect: effect.kind })),
    /** Ends all faults; whatever is held goes on. */
    clear: () => {
      for (const fault of faults.slice()) fault.remove();
      lost.length = 0;
    },
  };
}

function retryAfter(seconds: number | undefined): Record<string, string> {
  return seconds === undefined ? {} : { "retry-after": String(seconds) };
}

function fits({ method, path, bodyIncludes }: FaultTarget, incoming: Incoming): boolean {
  if (method !== undefined && method.toUpperCase() !== incoming.method) return false;
  if (bodyIncludes !== undefined && !incoming.body.includes(bodyIncludes)) return false;
  if (path === undefined) return true;
  return (typeof path === "string" ? glob(path) : path).test(incoming.path);
}

function glob(pattern: string): RegExp {
  const parts = pattern.split(/(\*\*|\*)/).map((part) => {
    if (part === "**") return ".*";
    return part === "*" ? "[^/]*" : part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`);
}
