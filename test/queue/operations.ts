// What may happen to a queue, drawn at random.
import fc from "fast-check";

/** How a holder ends its claim. */
export const verbs = ["complete", "fail", "cancelled", "park", "retry", "retryLater", "release"] as const;

/** The process that does it. */
const by = fc.nat(1);
const id = fc.integer({ min: 0, max: 7 }).map((n) => `t${n}`);
export const Operation = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("enqueue" as const),
      by,
      id,
      key: fc.constantFrom("a", "b", "c"),
      priority: fc.constantFrom(0, 5, 5, 9),
      isDelayed: fc.oneof(
        { weight: 4, arbitrary: fc.constant(false) },
        { weight: 1, arbitrary: fc.constant(true) },
      ),
    }),
  },
  { weight: 7, arbitrary: fc.record({ do: fc.constant("claim" as const), by }) },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constant("end" as const),
      which: fc.nat(7),
      verb: fc.constantFrom(...verbs),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom(
        "cancel" as const,
        "approve" as const,
        "settle" as const,
        "requeue" as const,
        "unlock" as const,
      ),
      by,
      id,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("crash" as const), by }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("advance" as const), hours: fc.constantFrom(0.3, 2) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("forget" as const), by, ofLongAgo: fc.boolean() }),
  },
);
export type Operation = typeof Operation extends fc.Arbitrary<infer Each> ? Each : never;
