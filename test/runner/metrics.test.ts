import { expect, test } from "vitest";
import { stepMetrics, totalMetrics, unknownMetrics } from "../../src/runner/metrics.ts";

const known = { duration_ms: 5, cost_usd: 0.25, tokens_in: 100, tokens_out: 10 };
const real = { simulated: false, metrics: known };

test("a sum is known when every part of it is", () => {
  expect(totalMetrics([real, real], 70)).toEqual({
    duration_ms: 70,
    cost_usd: 0.5,
    tokens_in: 200,
    tokens_out: 20,
  });
});

test("a sum with an unknown part is unknown, never that of the others", () => {
  const partly = { simulated: false, metrics: { ...known, cost_usd: null } };
  expect(totalMetrics([real, partly], 70)).toMatchObject({ cost_usd: null, tokens_in: 200 });
  const attempts = [
    { costUsd: 0.25, tokensIn: 100, tokensOut: undefined },
    { ...empty, costUsd: 0.25 },
  ];
  expect(stepMetrics(attempts, 5)).toMatchObject({ cost_usd: 0.5, tokens_in: null, tokens_out: null });
});

test("what is simulated takes nothing away from what is known, and makes nothing known", () => {
  const simulated = { simulated: true, metrics: unknownMetrics };
  expect(totalMetrics([real, simulated], 70)).toMatchObject({ cost_usd: 0.25, tokens_in: 100 });
  expect(totalMetrics([simulated], 70)).toMatchObject({ cost_usd: null, tokens_in: null });
  expect(totalMetrics([], 70)).toMatchObject({ cost_usd: null, tokens_out: null });
});

const empty = { costUsd: undefined, tokensIn: undefined, tokensOut: undefined };
