import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadCustomAgents } from "../../src/agents/load-custom-agents.ts";
import { createAgents } from "../../src/agents/registry.ts";
import { temporaryFolder } from "../temp-folder.ts";

const folder = await temporaryFolder();

async function load(text: string) {
  const path = join(folder, "agents.yml");
  await writeFile(path, text);
  return loadCustomAgents(path);
}

test("the file of the documentation describes two agents that can be used", async () => {
  const page = await readFile(join(import.meta.dirname, "..", "..", "docs", "agents.md"), "utf8");
  const custom = await load(/```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? "");
  const allowed = /ALLOWED_BINARIES=([^`]*gemini[^`]*)`/.exec(page)?.[1]?.split(",") ?? [];
  const agents = createAgents({ enableRealCli: true, allowedBinaries: allowed, custom });
  expect(agents.names()).toEqual(
    expect.arrayContaining(["claude", "codex", "opencode", "gemini", "my-script"]),
  );
  expect(agents.get("gemini")).toMatchObject({ binary: "gemini", simulated: false });
  expect(agents.get("my-script")).toMatchObject({ binary: "/opt/agents/my-script" });
});

test("without a file there are none", async () => {
  expect(await loadCustomAgents(undefined)).toEqual([]);
});

test("a file that can't be used is told with its name and each field", async () => {
  await expect(load("- name: Big Name\n  binary: x\n  args: ['{prompt}']\n")).rejects.toThrow(
    /agents\.yml is not valid:\n {2}0\.name: [\s\S]*0\.args/,
  );
  await expect(load("- name: [")).rejects.toThrow(/AGENTS_FILE: reading .*agents\.yml/);
  await expect(loadCustomAgents(join(folder, "absent.yml"))).rejects.toThrow("AGENTS_FILE: reading");
});
