import { describe, expect, test } from "vitest";
import { readConfiguration } from "../../../src/command/repository-configuration/read.ts";

const known = { agents: ["claude", "codex", "opencode"], pipelines: ["default", "fix", "plan"] };

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
        configuration: { pipelines: {}, permissions: { run: "write" }, protected_paths: [] },
      });
    }
  });

  test("with everything in it is read as it is meant", () => {
    const text = `
version: 1
pipelines:
  docs:
    summary: text only
    steps:
      - { step_id: write, agent: claude, role: implementer, prompt: Only change Markdown files. }
labels: { bug: fix, typo: docs }
agents: { planner: claude }
models: { claude: opus }
permissions: { run: maintain, apply: admin }
allow: [ada]
deny: [mallory, "some[bot]"]
protected_paths: [deploy/**]
budget: { max_cost_usd: 2.5, max_calls: 40 }
egress: [packages.example.com:443]
`;
    const read = readConfiguration(text, known);
    expect(read).toMatchObject({
      kind: "valid",
      configuration: {
        permissions: { run: "maintain", apply: "admin", cancel: "write" },
        pipelines: { docs: { steps: [{ step_id: "write", timeout_sec: 600 }] } },
      },
    });
  });
});

describe("an invalid file says where and what", () => {
  test("broken YAML", () => {
    expect(problemsOf("models:\n  a: [1\n")[0]).toMatchObject({ field: "" });
    expect(problemsOf("models: {}\nmodels: {}\n")[0]).toMatchObject({ line: 2 });
  });

  test("a field that doesn't exist, with the nearest that does", () => {
    expect(problemsOf("version: 1\npipeline:\n  a: 1\n")).toEqual([
      { line: 2, column: 1, field: "pipeline", message: "there is no such field; did you mean pipelines?" },
    ]);
  });

  test("a value out of its limits, at its own place", () => {
    const [one, two] = problemsOf("permissions:\n  run: anyone\nversion: 2\n");
    expect(one).toMatchObject({ line: 2, column: 8, field: "permissions.run" });
    expect(two).toMatchObject({ line: 3, column: 10, field: "version" });
  });

  test("less than the operator asks of everybody", () => {
    expect(problemsOf("permissions:\n  run: triage\n")[0]).toMatchObject({ field: "permissions.run" });
  });

  test("names of nothing", () => {
    const text = "agents:\n  planner: cluade\nmodels:\n  codxe: gpt-5\nlabels:\n  bug: fxi\n";
    expect(problemsOf(text).map(({ line, message }) => `${line}: ${message.split("?")[0]}`)).toEqual([
      "2: there is no agent cluade; did you mean claude",
      "4: there is no agent codxe; did you mean codex",
      "6: there is no pipeline fxi; did you mean fix",
    ]);
  });

  test("a pipeline that would be taken for a command", () => {
    const step = "{ step_id: a, agent: codex, role: implementer }";
    expect(problemsOf(`pipelines:\n  apply:\n    steps: [${step}]\n`)[0]?.field).toBe("pipelines.apply");
  });

  test("steps that don't fit together", () => {
    const step = "{ step_id: a, agent: codex, role: implementer, depends_on: [b] }";
    expect(problemsOf(`pipelines:\n  two:\n    steps: [${step}]\n`)[0]?.message).toContain(
      'there is no step "b"',
    );
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
