import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createAgents } from "../../src/agents/registry.ts";
import { openAgentHealth, warnOfAgents } from "../../src/cli/agent-health.ts";
import { openAgents } from "../../src/cli/open-agents.ts";
import { loadConfig } from "../../src/config.ts";
import { run } from "../../src/io/exec.ts";
import { createLog } from "../../src/log.ts";
import { programsIn } from "../runner/program.ts";
import { startUpstream } from "../sandbox/upstream.ts";
import { temporaryFolder } from "../temp-folder.ts";

const root = await temporaryFolder();
const bin = join(import.meta.dirname, "..", "..", "bin", "patchbay.js");
const apiKey = "sk-ant-very-secret-0123456789";

/** A machine with claude, without codex, and a model API that answers so. */
async function machine(status: number) {
  const folder = await mkdtemp(join(root, "machine-"));
  await programsIn(folder).install("claude", "2.1.330");
  const { url } = await startUpstream((_, res) => {
    res.writeHead(status).end(apiKey);
  });
  return {
    folder,
    environment: {
      PATH: `${folder}:/usr/bin:/bin`,
      ENABLE_REAL_CLI: "1",
      SANDBOX: "none",
      NETWORK_POLICY: "allow",
      ALLOWED_BINARIES: "claude,codex",
      ANTHROPIC_API_KEY: apiKey,
      ANTHROPIC_BASE_URL: url,
    },
  };
}

test("the start warns of what will fail and refuses nothing", async () => {
  const { environment } = await machine(401);
  const config = loadConfig(environment);
  const agents = createAgents({ enableRealCli: true, allowedBinaries: config.ALLOWED_BINARIES });
  const warned: string[] = [];
  const log = createLog({ level: "silent", json: true, mask: (line) => line });
  log.level = "warn";
  log.warn = (_: unknown, message?: string) => void warned.push(message ?? "");
  const { health } = openAgentHealth({ config, agents, clock: () => new Date(), log });
  await warnOfAgents({ health, log });
  expect(warned).toEqual([
    expect.stringMatching(/^steps of claude will fail: .*does not take the key \(401\).*ANTHROPIC_API_KEY/),
    expect.stringMatching(/^steps of codex will fail: the program codex is not installed/),
  ]);
});

async function doctor(environment: Record<string, string>, cwd: string): Promise<{ name: string }[]> {
  const { stdout } = await run(process.execPath, [bin, "doctor", "--json"], {
    cwd,
    env: { HOME: cwd, ...environment },
    timeoutMs: 30_000,
    okExitCodes: [1],
  });
  expect(stdout.toString("utf8")).not.toContain("very-secret");
  const findings: { name: string }[] = JSON.parse(stdout.toString("utf8"));
  return findings;
}

test("the doctor tells of each program and each model API", async () => {
  const { environment, folder } = await machine(200);
  const findings = await doctor(environment, folder);
  expect(findings).toContainEqual({
    name: "agent claude",
    level: "ok",
    found: `${folder}/claude 2.1.330`,
  });
  expect(findings).toContainEqual({
    name: "agent codex",
    level: "missing",
    found: expect.stringContaining("not installed"),
    remedy: "install it, or take codex out of ALLOWED_BINARIES",
  });
  expect(findings.map(({ name }) => name)).not.toContain("agent opencode");
  expect(findings).toContainEqual({
    name: "anthropic API",
    level: "ok",
    found: expect.stringContaining("takes the key"),
  });

  const refused = await machine(403);
  const found = await doctor({ ...refused.environment, MIN_BINARY_VERSIONS: "claude=3.0.0" }, refused.folder);
  expect(found).toContainEqual(
    expect.objectContaining({
      name: "agent claude",
      level: "missing",
      found: expect.stringContaining("3.0.0"),
    }),
  );
  expect(found).toContainEqual(
    expect.objectContaining({
      name: "anthropic API",
      level: "missing",
      found: expect.stringContaining("403"),
    }),
  );
});

test("the doctor says that there is no model API at all", async () => {
  const { environment, folder } = await machine(200);
  const findings = await doctor({ ...environment, ANTHROPIC_API_KEY: "", ANTHROPIC_BASE_URL: "" }, folder);
  expect(findings).toContainEqual(
    expect.objectContaining({ name: "model APIs", level: "note", found: "none is configured" }),
  );
});

test("the doctor tells what is set and has no effect: roles, minimum versions, programs without a model API", async () => {
  const { environment, folder } = await machine(200);
  const roles = await mkdtemp(join(folder, "roles-"));
  await writeFile(join(roles, "reviewer.md"), "Review in verse.");
  await programsIn(folder).install("codex", "0.169.0");
  const settings = { ...environment, ROLES_DIR: roles, MIN_BINARY_VERSIONS: "claud=2.1.0,codex=0.1.0" };
  const findings = await doctor(settings, folder);
  expect(findings).toContainEqual({
    name: "role instructions",
    level: "ok",
    found: "own ones for reviewer",
  });
  expect(findings.filter(({ name }) => name === "MIN_BINARY_VERSIONS")).toEqual([
    expect.objectContaining({ level: "note", found: "claud is the program of no agent that is allowed" }),
  ]);
  expect(findings).toContainEqual(
    expect.objectContaining({
      name: "agent codex",
      level: "note",
      remedy: expect.stringContaining("OPENAI_API_KEY"),
    }),
  );
  await writeFile(join(roles, "Planner.md"), "Plan in verse.");
  expect(await doctor(settings, folder)).toContainEqual(
    expect.objectContaining({
      name: "role instructions",
      level: "missing",
      found: expect.stringContaining("Planner.md is named after no role"),
    }),
  );
});

test("the doctor shows described agents, and what is wrong with their file even while all are simulated", async () => {
  const { environment, folder } = await machine(200);
  await programsIn(folder).install("mine", "1.2.3");
  const file = join(folder, "agents.yml");
  const described = { ...environment, ALLOWED_BINARIES: "claude,mine", AGENTS_FILE: file };
  await writeFile(file, "- { name: mine, binary: mine }\n- { name: other, binary: /opt/other }\n");
  const findings = await doctor(described, folder);
  expect(findings).toContainEqual({ name: "agent mine", level: "ok", found: `${folder}/mine 1.2.3` });
  expect(findings).toContainEqual({
    name: "agent other",
    level: "note",
    found: "/opt/other is not allowed",
    remedy: "add /opt/other to ALLOWED_BINARIES",
  });
  await writeFile(file, "- name: mine\n  binry: mine\n");
  expect(await doctor({ ...described, ENABLE_REAL_CLI: "0" }, folder)).toContainEqual({
    name: "agents",
    level: "missing",
    found: expect.stringContaining("line 2, 0.binry: there is no such field"),
  });
});

test("an endpoint whose key is not set is told by the doctor and in the agents' health", async () => {
  const { environment, folder } = await machine(200);
  const file = join(folder, "agents.yml");
  await writeFile(
    file,
    "- { name: house, kind: http, url: https://models.example.com/v1, model: m, key: HOUSE_API_KEY }\n",
  );
  const without = { ...environment, AGENTS_FILE: file };
  const found = expect.stringContaining("HOUSE_API_KEY is not set");
  expect(await doctor(without, folder)).toContainEqual({
    name: "agent house",
    level: "missing",
    found,
    remedy: "set HOUSE_API_KEY",
  });
  const config = loadConfig(without);
  const { agents } = await openAgents(config);
  const { health } = openAgentHealth({
    config,
    agents,
    clock: () => new Date(),
    log: { warn: () => undefined },
  });
  expect(await health()).toContainEqual(
    expect.objectContaining({ agent: "house", ok: false, problem: found }),
  );

  const set = { ...without, HOUSE_API_KEY: "sk-house-0123456789" };
  expect(await doctor(set, folder)).toContainEqual({
    name: "agent house",
    level: "ok",
    found: "https://models.example.com/v1, m",
  });
});
