// A repository's configuration narrows what the operator allows and widens nothing.
import { describe, expect, test } from "vitest";
import {
  limitsOf,
  mayDo,
  pipelinesWith,
  type Right,
} from "../../../src/command/repository-configuration/effects.ts";
import { RepositoryConfiguration } from "../../../src/command/repository-configuration/schema.ts";
import type { Permission } from "../../../src/job/job-spec.ts";
import { builtInPipelines } from "../../../src/job/pipelines.ts";

const read = (fields: object) => RepositoryConfiguration.parse(fields);

describe("pipelines", () => {
  test("without a word are the built-in ones", () => {
    expect(pipelinesWith(builtInPipelines, read({}))).toEqual(
      builtInPipelines.map((one) => ({
        ...one,
        steps: one.steps.map((step) => ({ ...step, model: undefined })),
      })),
    );
  });

  test("of the repository are beside them, or in their place, with its agents and models", () => {
    const steps = [{ step_id: "write", agent: "codex", role: "implementer" }];
    const found = pipelinesWith(
      builtInPipelines,
      read({
        pipelines: { docs: { summary: "text", steps }, quick: { steps } },
        agents: { planner: "claude" },
        models: { claude: "opus" },
      }),
    );
    const named = (name: string) => found.filter((one) => one.name === name);
    expect(named("docs")).toMatchObject([{ summary: "text", steps: [{ step_id: "write" }] }]);
    expect(named("quick")).toMatchObject([{ steps: [{ step_id: "write" }] }]);
    expect(named("plan")).toMatchObject([{ steps: [{ agent: "claude", model: "opus", role: "planner" }] }]);
    expect(named("default")[0]?.steps.map(({ agent, model }) => [agent, model])).toEqual([
      ["claude", "opus"],
      ["codex", undefined],
      ["claude", "opus"],
    ]);
  });
});

describe("who may", () => {
  const may = (
    fields: object,
    permission: Permission,
    right: Right | undefined,
    login = "ada",
    type = "User",
    teams: ReadonlySet<string> = new Set(),
  ) => mayDo(read(fields), { sender: { login, id: 1, type }, permission, teams }, right);

  test.each([
    ["run", "write", true],
    ["run", "maintain", true],
    ["apply", "write", false],
    ["apply", "maintain", true],
    ["approve", "maintain", false],
    ["approve", "admin", true],
    [undefined, "write", true],
  ] as const)("%s with %s: %s", (right, permission, wanted) => {
    expect(may({ permissions: { apply: "maintain", approve: "admin" } }, permission, right)).toBe(wanted);
  });

  test("those who are listed, whatever the case, and none who is denied, whatever they may on GitHub", () => {
    expect(may({ allow: ["Ada"] }, "write", "run")).toBe(true);
    expect(may({ allow: ["grace"] }, "admin", "run")).toBe(false);
    expect(may({ allow: ["grace"] }, "admin", undefined)).toBe(false);
    expect(may({ allow: ["ada"], deny: ["ADA"] }, "admin", "run")).toBe(false);
    expect(may({ allow: [] }, "admin", "run")).toBe(false);
    const teams = new Set(["acme/core"]);
    expect(may({ allow: ["acme/core"] }, "write", "run", "ada", "User", teams)).toBe(true);
    expect(may({ allow: ["acme/other"] }, "write", "run", "ada", "User", teams)).toBe(false);
    expect(may({ allow: ["ada"], deny: ["acme/core"] }, "admin", "run", "ada", "User", teams)).toBe(false);
  });

  test("a bot of the operator's list counts as write, and no more", () => {
    expect(may({}, "write", "run", "dependabot[bot]", "Bot")).toBe(true);
    expect(may({ permissions: { run: "maintain" } }, "admin", "run", "dependabot[bot]", "Bot")).toBe(false);
  });
});

test("paths, hosts and budget go along with the job; what isn't said is not there", () => {
  const publish = { mode: "pull_request" };
  expect(limitsOf(read({}))).toEqual({ policy: { protected_paths: [] }, publish });
  expect(
    limitsOf(read({ protected_paths: ["deploy/**"], egress: ["a.example:443"], budget: { max_calls: 4 } })),
  ).toEqual({
    policy: { protected_paths: ["deploy/**"], egress_allowlist: ["a.example:443"] },
    publish,
    budget: { max_calls: 4 },
  });
  const where = { mode: "branch", base: "next", branch: "bot/{number}-{id}" };
  expect(limitsOf(read({ publish: where }))).toMatchObject({
    publish: { mode: "branch", branch_template: "bot/{number}-{id}" },
    base: "next",
  });
});
