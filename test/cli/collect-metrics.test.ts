import { expect, test } from "vitest";
import { metricsText } from "../../src/api/metrics-text.ts";
import { agentMetrics } from "../../src/cli/collect-metrics.ts";

test("the agents and their model APIs; neither a path nor a reason", () => {
  const probe = {
    provider: "anthropic",
    state: "refused",
    found: "does not take sk-secret",
    remedy: "set the key",
    at: new Date(),
  } as const;
  const base = { simulated: false, problem: undefined, models: [] };
  const text = metricsText(
    agentMetrics([
      {
        ...base,
        agent: "claude",
        binary: "claude",
        path: "/home/ada/claude",
        version: "2.1.330",
        ok: false,
        problem: "no sk-secret",
        models: [probe],
      },
      { ...base, agent: "codex", binary: "codex", path: "/home/ada/codex", version: undefined, ok: true },
    ]),
  );
  expect(text.split("\n").filter((line) => !line.startsWith("#") && line !== "")).toEqual([
    'patchbay_agent_ok{agent="claude"} 0',
    'patchbay_agent_ok{agent="codex"} 1',
    'patchbay_agent_info{agent="claude",version="2.1.330",simulated="false"} 1',
    'patchbay_agent_info{agent="codex",version="",simulated="false"} 1',
    'patchbay_model_api_state{provider="anthropic",state="ok"} 0',
    'patchbay_model_api_state{provider="anthropic",state="refused"} 1',
    'patchbay_model_api_state{provider="anthropic",state="forbidden"} 0',
    'patchbay_model_api_state{provider="anthropic",state="unreachable"} 0',
    'patchbay_model_api_state{provider="anthropic",state="unsure"} 0',
  ]);
  expect(text).not.toMatch(/secret|home/);
});
