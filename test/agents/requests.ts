// Requests to agents, for tests: everything has a plain value that a test can change.
import type { AgentEvent, AgentRequest, Launch } from "../../src/agents/agent.ts";

const noLaunch: Launch = () => Promise.reject(new Error("no process was expected"));

export interface Asked {
  request: AgentRequest;
  events: AgentEvent[];
}

export function ask(change: Partial<AgentRequest> = {}): Asked {
  const events: AgentEvent[] = [];
  return {
    events,
    request: {
      jobId: "0123456789abcdef0123456789abcdef",
      stepId: "02_implement",
      role: "implementer",
      readOnly: false,
      sandboxed: false,
      prompt: "Add a check.",
      goal: "add a check to the login",
      inputs: [],
      images: [],
      model: undefined,
      allowedTools: undefined,
      sessionId: undefined,
      workspace: "/srv/jobs/1/tree",
      home: "/srv/jobs/1/home",
      gateways: {},
      token: "no-key-needed",
      signal: new AbortController().signal,
      onEvent: (event) => events.push(event),
      launch: noLaunch,
      ...change,
    },
  };
}
