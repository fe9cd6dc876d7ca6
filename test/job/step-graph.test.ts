import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stepGraph } from "../../src/job/step-graph.ts";
import { StepSpec } from "../../src/job/step-spec.ts";

function step(step_id: string, fields: object = {}): StepSpec {
  return StepSpec.parse({ step_id, agent: "codex", role: "implementer", ...fields });
}

const ids = (steps: readonly StepSpec[]): string => steps.map(({ step_id: id }) => id).join(" ");

describe("without depends_on", () => {
  test("each step waits for all that are listed before it", () => {
    const graph = stepGraph([step("a"), step("b"), step("c", { input_artifacts: ["a/report.md"] })]);
    expect(graph.isParallel).toBe(false);
    expect([ids(graph.order), ids(graph.before("c")), ids(graph.after("a"))]).toEqual([
      "a b c",
      "a b",
      "b c",
    ]);
  });
});

describe("with depends_on", () => {
  const graph = stepGraph([
    step("join", { depends_on: ["left"], input_artifacts: ["right/patch.diff"] }),
    step("left", { depends_on: ["root"] }),
    step("right", { apply_patches_from: ["root"] }),
    step("root"),
    step("alone"),
  ]);

  test("a step waits for what it names, in whichever field, and for what that waits for", () => {
    expect(graph.isParallel).toBe(true);
    expect(ids(graph.before("join"))).toBe("root left right");
    expect(ids(graph.before("right"))).toBe("root");
    expect(ids(graph.before("alone"))).toBe("");
  });
  test("the order puts each after what it waits for, and leaves the rest as it is listed", () => {
    expect(ids(graph.order)).toBe("root alone left right join");
    expect(ids(graph.after("root"))).toBe("left right join");
  });
});

test("the order is right for any graph without a cycle", () => {
  const edges = fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(edges, fc.shuffledSubarray([...Array(12).keys()], { minLength: 12 }), (pairs, listed) => {
      const steps = listed.map((at) =>
        step(`s${at}`, {
          depends_on: [...new Set(pairs.filter(([a, b]) => a === at && b < at).map(([, b]) => `s${b}`))],
        }),
      );
      const { order, before } = stepGraph(steps);
      const places = new Map(order.map(({ step_id: id }, index) => [id, index]));
      expect(order.length).toBe(12);
      for (const { step_id: id, depends_on: needs } of steps) {
        const known = before(id).map((one) => one.step_id);
        for (const needed of needs) {
          expect(known).toContain(needed);
          expect(places.get(needed)).toBeLessThan(places.get(id) ?? -1);
        }
      }
    }),
  );
});
