import fc from "fast-check";
import { expect, test } from "vitest";
import { metricsText } from "../../src/api/metrics-text.ts";

test("metrics with help, type, labels and values", () => {
  const text = metricsText([
    {
      name: "patchbay_queue_tickets",
      help: "By state.\nTwo \\ lines.",
      type: "gauge",
      samples: [{ labels: { queue: "jobs", state: "pending" }, value: 3 }, { value: 0.5 }],
    },
    { name: "none", help: "", type: "counter", samples: [] },
    {
      name: "odd",
      help: "x",
      type: "counter",
      samples: [Infinity, -Infinity, Number.NaN, 1e21].map((value) => ({ value })),
    },
  ]);
  expect(text).toBe(
    [
      "# HELP patchbay_queue_tickets By state.\\nTwo \\\\ lines.",
      "# TYPE patchbay_queue_tickets gauge",
      'patchbay_queue_tickets{queue="jobs",state="pending"} 3',
      "patchbay_queue_tickets 0.5",
      "# HELP odd x",
      "# TYPE odd counter",
      "odd +Inf",
      "odd -Inf",
      "odd NaN",
      "odd 1e+21",
      "",
    ].join("\n"),
  );
});

test("a label's value can't end its quotes or its line", () => {
  const value = 'a"} 1\nevil{x="\\';
  expect(
    metricsText([{ name: "m", help: "", type: "gauge", samples: [{ labels: { v: value }, value: 1 }] }]),
  ).toBe('# HELP m \n# TYPE m gauge\nm{v="a\\"} 1\\nevil{x=\\"\\\\"} 1\n');
});

test("whatever a label holds, it is read back as it was, on one line", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (value) => {
      const text = metricsText([
        { name: "m", help: "", type: "gauge", samples: [{ labels: { v: value }, value: 1 }] },
      ]);
      const lines = text.split("\n");
      expect(lines).toHaveLength(4);
      const [, quoted = ""] = /^m\{v="((?:[^"\\\n]|\\[\\n"])*)"\} 1$/s.exec(lines[2] ?? "") ?? [];
      const read = quoted.replaceAll(/\\([\\n"])/g, (_, escaped: string) =>
        escaped === "n" ? "\n" : escaped,
      );
      expect(read).toBe(value.toWellFormed());
    }),
  );
});

test.each([["0x"], ["a b"], ["a{"], [""], ["a\nb"]])("the name %j is refused", (name) => {
  const sample = { labels: {}, value: 1 };
  expect(() => metricsText([{ name, help: "", type: "gauge", samples: [sample] }])).toThrow(/not a name/);
  expect(() =>
    metricsText([{ name: "m", help: "", type: "gauge", samples: [{ labels: { [name]: "" }, value: 1 }] }]),
  ).toThrow(/not a name/);
});
