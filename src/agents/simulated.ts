// The default agent: fixed rules instead of a model, so that everything around agents can be tried without one.
import { createHash } from "node:crypto";
import type { Agent, AgentOutcome, AgentRequest } from "./agent.ts";
import { makeEdit } from "./simulated/edit.ts";
import { count } from "./simulated/markdown.ts";
import { survey } from "./simulated/relevance.ts";
import { answerReport, changeReport, planReport, reviewReport } from "./simulated/reports.ts";

/**
 * An agent that stands in for `standsInFor` and says so in every report. Deterministic: the same checkout, goal and
 * inputs give the same edit, report and events. It starts no process and asks no model; what it costs is unknown.
 */
export function createSimulatedAgent(standsInFor = "simulated"): Agent {
  return {
    name: standsInFor,
    simulated: true,
    binary: undefined,
    versionFlag: "",
    async run(request) {
      try {
        request.signal.throwIfAborted();
        request.onEvent({ type: "session", sessionId: sessionOf(request), model: "simulated" });
        const report = await work(request, standsInFor);
        request.signal.throwIfAborted();
        request.onEvent({ type: "final", text: report });
        return outcome("success", report);
      } catch (error) {
        if (request.signal.aborted) return outcome("cancelled", "");
        throw error;
      }
    },
  };
}

async function work(request: AgentRequest, standsInFor: string): Promise<string> {
  const { workspace, goal, inputs, signal, onEvent } = request;
  for (const input of inputs) {
    onEvent({ type: "tool", name: "read", detail: input.path, status: "completed" });
  }
  if (request.role === "reviewer") {
    onEvent({ type: "message", text: "Reading the plan and the patch." });
    return reviewReport(inputs, standsInFor);
  }
  const seen = await survey(workspace, goal, signal);
  const looked = `${count(seen.files.length, "file")} for ${seen.words.join(", ") || "nothing"}`;
  onEvent({ type: "tool", name: "search", detail: looked, status: "completed" });
  for (const { path } of seen.related.slice(0, 3)) {
    onEvent({ type: "tool", name: "read", detail: path, status: "completed" });
  }
  if (request.role === "answerer") return answerReport(goal, seen, standsInFor);
  if (request.readOnly) {
    onEvent({ type: "message", text: `${count(seen.related.length, "file")} relate to the goal.` });
    return planReport(goal, seen, standsInFor);
  }
  const made = await makeEdit(workspace, goal, seen, signal);
  for (const { path, change, what } of made.edits) {
    onEvent({ type: "file_change", path, change });
    onEvent({ type: "message", text: `${path}: ${what}.` });
  }
  return changeReport(goal, made, inputs, standsInFor);
}

function sessionOf({ jobId, stepId }: AgentRequest): string {
  return `simulated-${createHash("sha256").update(`${jobId}/${stepId}`).digest("hex").slice(0, 12)}`;
}

/** There is no session to resume: a real CLI that takes over later must not be asked for one. */
function outcome(status: "success" | "cancelled", report: string): AgentOutcome {
  return {
    status,
    report,
    error: undefined,
    sessionId: undefined,
    costUsd: undefined,
    tokensIn: undefined,
    tokensOut: undefined,
    warnings: [],
  };
}
