import { expect, test } from "vitest";
import { DescribedCli } from "../../src/agents/described-cli.ts";
import { createAgents } from "../../src/agents/registry.ts";

const gemini = DescribedCli.parse({ name: "gemini", binary: "gemini" });
const allowedBinaries = ["claude", "codex", "opencode"];
const simulated = createAgents({ enableRealCli: false, allowedBinaries, custom: [gemini] });
const real = createAgents({ enableRealCli: true, allowedBinaries, custom: [gemini] });

test("without real CLIs every known name is simulated, under its own name", () => {
  for (const name of simulated.names()) {
    expect(simulated.get(name)).toMatchObject({ name, simulated: true, binary: undefined });
  }
  expect(simulated.names()).toEqual(["claude", "codex", "opencode", "simulated", "gemini"]);
});

test("with real CLIs each name is its CLI, and the simulated one stays", () => {
  expect(real.get("codex")).toMatchObject({
    name: "codex",
    simulated: false,
    binary: "codex",
    versionFlag: "--version",
  });
  expect(real.get("simulated").simulated).toBe(true);
});

test.each([simulated, real])("an unknown name is refused and the nearest one named", (agents) => {
  expect(() => agents.get("cluade")).toThrow(
    expect.objectContaining({
      name: "UserError",
      code: "unknown_agent",
      message: expect.stringContaining("Did you mean `claude`?"),
    }),
  );
});

test("names that every object has are no agents", () => {
  expect(() => simulated.get("constructor")).toThrow(/There is no agent/);
});

test("a binary that is not allowed is refused with the variable's name", () => {
  expect(() => real.get("gemini")).toThrow(
    expect.objectContaining({
      name: "UserError",
      code: "preflight",
      message: expect.stringContaining("ALLOWED_BINARIES"),
    }),
  );
  const open = createAgents({ enableRealCli: true, allowedBinaries: ["gemini"], custom: [gemini] });
  expect(open.get("gemini").binary).toBe("gemini");
});

test("a described agent can't take a name that is taken", () => {
  const custom = [DescribedCli.parse({ name: "codex", binary: "evil" })];
  expect(() => createAgents({ enableRealCli: true, allowedBinaries, custom })).toThrow(
    /AGENTS_FILE: there are two agents named codex/,
  );
});
