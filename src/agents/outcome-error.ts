// How a run that did not succeed is told: status, code and a message that says what to do. Pure.
import type { ErrorCode } from "../job/error-code.ts";
import type { AgentOutcome, ProcessEnd } from "./agent.ts";
import { classifyFailure } from "./failure.ts";
import type { FoldContext, FoldState } from "./fold-state.ts";

export interface RunFailure {
  status: Exclude<AgentOutcome["status"], "success" | "needs_human">;
  /** Undefined when it was cancelled: that is no error. */
  code: ErrorCode | undefined;
  message: string;
}

/** Why the run failed; undefined when it succeeded. Exit codes alone prove nothing: a CLI can fail with 0. */
export function failureOf(
  state: FoldState,
  end: ProcessEnd,
  { agent, endsWithFinal, resumed }: FoldContext,
): RunFailure | undefined {
  if (end.ended !== undefined) return endedFromOutside(state, end.ended, agent);
  const exit = end.signal === undefined ? `exit code ${end.exitCode ?? "unknown"}` : end.signal;
  if (state.error && !(end.exitCode === 0 && state.wentOn)) {
    const { code, message, retryable } = state.error;
    return { status: retryable ? "retryable" : "failed", code, message: `${agent}: ${message}` };
  }
  if (end.exitCode !== 0) {
    const tail = lastLines(end.stderrTail);
    const said = state.retry ? `${state.retry.message}\n${tail}` : tail;
    const told = classifyFailure({ httpStatus: state.retry?.httpStatus, text: said });
    const words = tail === "" ? (state.retry?.message ?? "it printed nothing on stderr") : tail;
    const session = resumed && state.events === 0 ? " while resuming a session" : "";
    return {
      // A signal that nobody here sent is often a passing lack of memory.
      status: told?.retryable === true || (!told && end.signal !== undefined) ? "retryable" : "failed",
      code: told?.code ?? "crashed",
      message: `${agent} ended with ${exit}${session}: ${words}`,
    };
  }
  if (endsWithFinal && state.final === undefined) {
    return badOutput(`${agent} ended with exit code 0 in the middle of its work`);
  }
  if (`${state.final ?? ""}${state.message}`.trim() === "") {
    const denied = state.deniedCount > 0 ? ", after it was denied a tool" : "";
    return badOutput(`${agent} ended with exit code 0 and said nothing${denied}`);
  }
  return undefined;
}

function badOutput(message: string): RunFailure {
  return { status: "failed", code: "bad_output", message };
}

function endedFromOutside(
  state: FoldState,
  ended: NonNullable<ProcessEnd["ended"]>,
  agent: string,
): RunFailure {
  const waiting = state.retry ? ` It was waiting for the model: ${state.retry.message}.` : "";
  switch (ended) {
    case "timeout":
      return {
        status: "timeout",
        code: "timeout",
        message: `${agent} was still at work when the step's time was over.${waiting} Ask for less or raise timeout_sec.`,
      };
    case "stalled":
      return {
        status: "retryable",
        code: "stalled",
        message: `${agent} gave no sign of life any more and was ended.${waiting} AGENT_STALL_SEC says how long to wait.`,
      };
    case "output":
      return {
        status: "failed",
        code: "output",
        message: `${agent} printed more than SANDBOX_OUTPUT_BYTES allows and was ended.`,
      };
    case "memory":
      return {
        status: "failed",
        code: "memory",
        message: `${agent} and what it started needed more memory than a job may have. SANDBOX_MEMORY_BYTES says how much that is.`,
      };
    case "pids":
      return {
        status: "failed",
        code: "pids",
        message: `${agent} and what it started needed more processes and threads than a job may have. SANDBOX_PIDS says how many that are.`,
      };
    case "cancelled":
      return { status: "cancelled", code: undefined, message: "" };
  }
}

/** The end of stderr without escape sequences, at most 1,500 characters. */
function lastLines(stderr: string): string {
  // eslint-disable-next-line no-control-regex -- escape sequences are what it looks for
  const plain = stderr.replaceAll(/\u001B\[[0-9;?]*[A-Za-z]/g, "").trim();
  return plain.length <= 1500 ? plain : `…${plain.slice(-1499)}`;
}
