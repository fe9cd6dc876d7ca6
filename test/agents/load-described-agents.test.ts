import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadDescribedAgents } from "../../src/agents/load-described-agents.ts";
import { createAgents } from "../../src/agents/registry.ts";
import { temporaryFolder } from "../temp-folder.ts";

const folder = await temporaryFolder();

async function load(text: string) {
  const path = join(folder, "agents.yml");
  await writeFile(path, text);
  return loadDescribedAgents(path);
}

const docs = join(import.meta.dirname, "..", "..", "docs");

test("what the documentation describes can be used", async () => {
  const page = await readFile(join(docs, "agents.md"), "utf8");
  const described = await load(/```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? "");
  const custom = [...described, ...(await loadDescribedAgents(join(docs, "agents", "gemini.yml")))];
  const allowed = /ALLOWED_BINARIES=([^`]*my-agent[^`]*)`/.exec(page)?.[1]?.split(",") ?? [];
  const agents = createAgents({ enableRealCli: true, allowedBinaries: allowed, custom });
  expect(agents.names()).toEqual(
    expect.arrayContaining(["claude", "codex", "opencode", "gemini", "my-agent", "my-script"]),
  );
  expect(agents.get("gemini")).toMatchObject({ binary: "gemini", simulated: false });
  expect(agents.get("my-script")).toMatchObject({ binary: "/opt/agents/my-script" });
});

test("without a file there are none", async () => {
  expect(await loadDescribedAgents(undefined)).toEqual([]);
});

test("a file that can't be used is told with its name and each field", async () => {
  await expect(load("- name: Big Name\n  binary: x\n  args: ['{prompt}']\n")).rejects.toThrow(
    /agents\.yml is not valid:\n {2}line 1, 0\.name: [\s\S]*line 3, 0\.args\.0/,
  );
  await expect(load("- name: [")).rejects.toThrow(/agents\.yml is not valid:\n {2}line 1: /);
  await expect(loadDescribedAgents(join(folder, "absent.yml"))).rejects.toThrow("AGENTS_FILE: reading");
});

test("JSON has room for a $schema", async () => {
  const agents = [{ name: "mine", binary: "mine" }];
  expect(await load(JSON.stringify({ $schema: "./agents.json", agents }))).toMatchObject(agents);
});

test("a secret in the file is refused by its name, and not repeated", async () => {
  const path = join(folder, "secret.yml");
  await writeFile(path, "- { name: mine, binary: mine, env: { KEY: sk-real-0123456789 } }\n");
  const loading = loadDescribedAgents(path, [{ name: "GEMINI_API_KEY", value: "sk-real-0123456789" }]);
  await expect(loading).rejects.toThrow(/holds the value of GEMINI_API_KEY.*\{token\}/);
  await expect(loading).rejects.not.toThrow("sk-real");
});
