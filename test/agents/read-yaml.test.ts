import { describe, expect, test } from "vitest";
import { z } from "zod";
import { readYaml } from "../../src/agents/read-yaml.ts";

const Schema = z.array(
  z.strictObject({
    name: z.string(),
    output: z
      .union([z.literal("text"), z.strictObject({ format: z.literal("jsonl"), message: z.string() })])
      .optional(),
  }),
);

describe("a problem is told with its line and field", () => {
  test.each([
    ["- name: a\n- name: 5\n", ["line 2, 1.name: Invalid input: expected string, received number"]],
    ["- name: a\n  nmae: b\n", ["line 2, 0.nmae: there is no such field"]],
    // What is missing is told where it should be.
    ["- name: a\n- output: text\n", ["line 2, 1.name: Invalid input: expected string, received undefined"]],
    [
      "- name: a\n  output:\n    format: jsonl\n    mesage: x\n",
      [
        "line 2, 0.output.message: Invalid input: expected string, received undefined",
        "line 4, 0.output.mesage: there is no such field",
      ],
    ],
    ["- name: [", [expect.stringMatching(/^line 1: /)]],
    ["text", ["line 1, the file: Invalid input: expected array, received string"]],
    ["", ["the file: Invalid input: expected array, received null"]],
    ["- name: a\n  name: b\n", [expect.stringMatching(/^line 2: Map keys must be unique/)]],
    ["- name: *nobody\n", [expect.stringMatching(/nobody/)]],
    ['[\n {"name": 5}\n]', ["line 2, 0.name: Invalid input: expected string, received number"]],
  ])("%j", (text, problems) => {
    expect(readYaml(text, Schema)).toEqual({ problems });
  });
});

test("aliases can't grow a small file without end", () => {
  const layers = Array.from({ length: 12 }, (_, at) => `a${at + 1}: &a${at + 1} [${`*a${at},`.repeat(9)}]`);
  const read = readYaml(`a0: &a0 [x,x]\n${layers.join("\n")}\n`, z.unknown());
  expect(read).toEqual({ problems: [expect.stringMatching(/alias/i)] });
});
