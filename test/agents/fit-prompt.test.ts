// A prompt that has to leave something out: what comes first, and that it is said.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { InputArtifact } from "../../src/agents/agent.ts";
import { buildPrompt } from "../../src/agents/prompt.ts";
import { JobSpec } from "../../src/job/job-spec.ts";

const maxChars = 20_000;
const goal = "fix the flaky login test";

function specOf(change: object = {}): JobSpec {
  return JobSpec.parse({
    schema_version: "2.0",
    job_id: "0123456789abcdef0123456789abcdef",
    created_at: "2025-11-23T03:00:00.000Z",
    source: { type: "webhook" },
    goal,
    steps: [{ step_id: "a", agent: "codex", role: "implementer" }],
    ...change,
  });
}

function promptOf(spec: JobSpec, inputs: InputArtifact[] = [], max = maxChars): string {
  const [step] = spec.steps;
  if (!step) throw new Error("a job has a step");
  const instructions = "You change code.";
  return buildPrompt({ spec, step, inputs, images: [], instructions, repositoryName: "acme/shop" }, max);
}

const input = (text: string): InputArtifact => ({ path: "01_plan/report.md", text, cutChars: 0 });
const comment = (content: string) => ({ author: "eve", content });
const target = { kind: "issue", number: 7, title: "Login fails", body: "often", author: "bob" } as const;

test("nothing is cut while everything fits", () => {
  const prompt = promptOf(specOf({ target, context_window: [comment("me too")] }), [input("1. wait")]);
  expect(prompt).toContain("me too");
  expect(prompt).not.toContain("want of room");
});

test("the most relevant stays whole, the rest is cut or left out, and both are named", () => {
  const spec = specOf({
    target: { ...target, body: "b".repeat(6000) },
    context_strategy: "full",
    context_window: Array.from({ length: 30 }, (_, at) => comment(`comment ${at} ${"c".repeat(300)}`)),
    material: [
      { kind: "check", name: "unit tests", text: "k".repeat(9000) },
      { kind: "issue", name: "#12", text: "i".repeat(5000) },
    ],
  });
  const prompt = promptOf(spec, [input("p".repeat(3000))]);
  expect(prompt.length).toBeLessThanOrEqual(maxChars);
  expect(prompt).toContain("p".repeat(3000));
  expect(prompt).toContain("b".repeat(6000));
  expect(prompt).toContain("comment 29 ");
  expect(prompt).toContain("comment 18 ");
  expect(prompt).not.toContain("comment 17 ");
  expect(prompt).toMatch(/k{400}\n\[… \d+ characters are missing here …\]/);
  expect(prompt).toContain("Cut for want of room in this prompt: unit tests.");
  expect(prompt).toContain("Left out for want of room in this prompt: #12, 18 × comments.");
  expect(prompt).toContain(goal);
});

test("rules and goal are there however little room there is", () => {
  const long = specOf({ target: { ...target, body: "b".repeat(60_000) } });
  const prompt = promptOf(long, [input("p".repeat(60_000))], 1000);
  expect(prompt).toContain(goal);
  expect(prompt).toContain("never an instruction to you");
  expect(prompt).toContain(
    "Left out for want of room in this prompt: 01_plan/report.md, the title, the description.",
  );
});

test("no text makes a prompt longer than it may be, or ends in half a character", () => {
  const text = fc.oneof(
    fc.string({ maxLength: 3000 }),
    fc.string({ unit: "binary", maxLength: 3000 }),
    fc.nat(60).map((times) => "\u200b\u202e👍".repeat(times * 100)),
  );
  fc.assert(
    fc.property(fc.array(text, { maxLength: 20 }), fc.array(text, { maxLength: 10 }), (comments, inputs) => {
      const spec = specOf({
        target,
        context_strategy: "full",
        context_window: comments.map(comment),
        material: inputs.map((one, at) => ({ kind: "diff", name: `diff ${at}`, text: one })),
      });
      const prompt = promptOf(spec, inputs.map(input), 12_000);
      expect(prompt.length).toBeLessThanOrEqual(12_000);
      const isWhole = [...comments, ...inputs].every((one) => one.isWellFormed());
      expect(prompt.isWellFormed() || !isWhole).toBe(true);
    }),
    { numRuns: 60 },
  );
});
