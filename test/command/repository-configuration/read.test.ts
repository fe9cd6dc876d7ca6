import { describe, expect, test } from "vitest";
import { readConfiguration } from "../../../src/command/repository-configuration/read.ts";

const known = { pipelines: ["default", "fix"], agents: ["claude", "codex", "opencode"] };

function problemsOf(text: string) {
  const read = readConfiguration(text, known);
  if (read.kind === "valid") throw new Error("the file is valid");
  return read.problems;
}

describe("a valid file", () => {
  test("that is empty changes nothing", () => {
    for (const text of ["", "# nothing yet\n", "version: 1\n"]) {
      const read = readConfiguration(text, known);
      expect(read).toMatchObject({
        kind: "valid",
        configuration: { pipelines: {}, permissions: { run: "write" }, publish: "pull_request" },
      });
    }
  });

  test("with everything in it is read as it is meant", () => {
    const text = `
version: 1
default_pipeline: docs
pipelines:
  docs:
    summary: text only
    steps:
      - { step_id: write, agent: claude, role: implementer, prompt: Only change Markdown files. }
labels:
  "write the docs": docs
agents: { planner: claude }
models: { claude: opus }
permissions: { run: triage, apply: maintain }
allow: [ada]
deny: [mallory, "some[bot]"]
protected_paths: [deploy/**]
publish: hold
base: develop
branch: "agent/{number}-{slug}-{id}"
budget: { max_cost_usd: 2.5, max_calls: 40 }
egress: [registry.npmjs.org:443]
`;
    const read = readConfiguration(text.replace("registry.npmjs.org", "packages.example.com"), known);
    expect(read).toMatchObject({
      kind: "valid",
      configuration: {
        default_pipeline: "docs",
        labels: { "write the docs": "docs" },
        permissions: { run: "triage", apply: "maintain", cancel: "write" },
        pipelines: { docs: { steps: [{ step_id: "write", timeout_sec: 600 }] } },
      },
    });
  });
});

describe("an invalid file says where and what", () => {
  test("broken YAML", () => {
    expect(problemsOf("labels:\n  a: [1\n")[0]).toMatchObject({ field: "" });
    expect(problemsOf("labels: {}\nlabels: {}\n")[0]).toMatchObject({ line: 2 });
  });

  test("a field that doesn't exist, with the nearest that does", () => {
    expect(problemsOf("version: 1\npipeline:\n  a: 1\n")).toEqual([
      { line: 2, column: 1, field: "pipeline", message: "there is no such field; did you mean pipelines?" },
    ]);
  });

  test("a value out of its limits, at its own place", () => {
    const [one, two] = problemsOf("permissions:\n  run: anyone\npublish: maybe\n");
    expect(one).toMatchObject({ line: 2, column: 8, field: "permissions.run" });
    expect(two).toMatchObject({ line: 3, column: 10, field: "publish" });
  });

  test("names of nothing", () => {
    const text = "default_pipeline: fxi\nlabels:\n  bug: defualt\nagents:\n  planner: cluade\n";
    expect(problemsOf(text).map(({ line, message }) => `${line}: ${message.split("?")[0]}`)).toEqual([
      "1: there is no pipeline fxi; did you mean fix",
      "3: there is no pipeline defualt; did you mean default",
      "5: there is no agent cluade; did you mean claude",
    ]);
  });

  test("steps that don't fit together", () => {
    const step = "{ step_id: a, agent: codex, role: implementer, depends_on: [b] }";
    expect(problemsOf(`pipelines:\n  two:\n    steps: [${step}]\n`)[0]?.message).toContain(
      'there is no step "b"',
    );
  });

  test("a branch that two jobs would share", () => {
    expect(problemsOf("branch: agent/{number}\n")[0]?.message).toContain("{id}");
  });

  test("whatever it is: a list, a text, a bomb of aliases, wild keys", () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x]\n${"bcdefgh"
      .split("")
      .map((name, at) => `${name}: &${name} [${Array(8).fill(`*${"abcdefg"[at]}`).join(",")}]`)
      .join("\n")}\n`;
    for (const text of [
      "- a\n",
      "text",
      bomb,
      "__proto__: 1\n",
      "? [a]\n: 1\n",
      "a: !!js/function x\n",
      "\u0000",
    ]) {
      expect(problemsOf(text).length).toBeGreaterThan(0);
    }
  });
});
