import { describe, expect, test } from "vitest";
import type { Agent } from "../../src/agents/agent.ts";
import { UserError } from "../../src/errors.ts";
import { createAgentHealth } from "../../src/runner/agent-health.ts";
import { createPreflight } from "../../src/runner/preflight.ts";
import { createAuthProbes } from "../../src/sandbox/model/auth-probe.ts";
import type { Providers } from "../../src/sandbox/model/provider.ts";
import { startUpstream } from "../sandbox/upstream.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { agentWith, programsIn } from "./program.ts";

const folder = await temporaryFolder();
const programs = programsIn(folder);
await programs.install("tool", "1.2.3");

function healthOf(agents: Agent[], providers: Providers = {}) {
  const log = { warn: () => undefined };
  return createAgentHealth({
    agents: {
      names: () => [...agents.map(({ name }) => name), "not-allowed"],
      get(name) {
        const agent = agents.find((one) => one.name === name);
        if (!agent) throw new UserError("not in ALLOWED_BINARIES");
        return agent;
      },
    },
    preflight: createPreflight({ environment: { PATH: folder }, minimums: [], log }),
    probes: createAuthProbes({ providers, clock: () => new Date() }),
  });
}

const refuses = () =>
  startUpstream((_, res) => {
    res.writeHead(401).end();
  });
const accepts = () =>
  startUpstream((_, res) => {
    res.end("{}");
  });

describe("health", () => {
  test("tells where each allowed agent's program is, and what is wrong with one that isn't there", async () => {
    const providers = { openai: { baseUrl: "http://127.0.0.1:9" } };
    const agents = [agentWith("tool"), agentWith("absent", "other"), agentWith(undefined, "none")];
    const health = healthOf(agents, providers);
    expect(await health()).toEqual([
      expect.objectContaining({
        agent: "tool",
        ok: true,
        binary: "tool",
        path: programs.path("tool"),
        version: "1.2.3",
      }),
      expect.objectContaining({
        agent: "other",
        ok: false,
        path: undefined,
        problem: expect.stringContaining("absent is not installed"),
      }),
      expect.objectContaining({ agent: "none", ok: true, binary: undefined }),
    ]);
  });

  test("an agent whose only model API refuses the key is not well; one that has another is", async () => {
    const [anthropic, openai] = [await refuses(), await accepts()];
    const providers = {
      anthropic: { baseUrl: anthropic.url, apiKey: "sk-ant-0123456789" },
      openai: { baseUrl: openai.url, apiKey: "sk-0123456789" },
    };
    const only = { ...agentWith("tool", "only"), models: ["anthropic"] as const };
    const health = healthOf([agentWith("tool"), only], providers);
    expect((await health()).map(({ ok, models }) => [ok, models.length])).toEqual([
      [true, 0],
      [true, 0],
    ]);
    const [both, one] = await health({ probe: true });
    expect(both).toMatchObject({ ok: true, models: [{ state: "refused" }, { state: "ok" }] });
    expect(one).toMatchObject({ ok: false, problem: expect.stringContaining("ANTHROPIC_API_KEY") });
    // What was seen is remembered.
    await health({ probe: true });
    expect((await health())[1]).toEqual(one);
    expect(anthropic.seen).toHaveLength(1);
  });

  test("an agent none of whose model APIs is configured is not well, and is told which key is missing", async () => {
    const { url } = await accepts();
    const only = { ...agentWith("tool", "only"), models: ["anthropic"] as const };
    const own = { ...agentWith("tool", "own"), models: undefined };
    const health = healthOf([only, own], { openai: { baseUrl: url } });
    const problem =
      "no model API that it can use is configured; set ANTHROPIC_API_KEY, or the address of a gateway";
    expect(await health({ probe: true })).toEqual([
      expect.objectContaining({ agent: "only", ok: false, path: programs.path("tool"), problem }),
      expect.objectContaining({ agent: "own", ok: true }),
    ]);
  });

  test("a simulated agent needs nothing", async () => {
    const { url } = await refuses();
    const health = healthOf([{ ...agentWith(undefined), simulated: true }], { anthropic: { baseUrl: url } });
    expect(await health({ probe: true })).toEqual([expect.objectContaining({ ok: true, models: [] })]);
  });
});
