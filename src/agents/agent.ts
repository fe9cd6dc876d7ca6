// What every agent is to the rest of the house: a request in, events while it works, an outcome at the end.
import type { ErrorCode } from "../job/error-code.ts";

export interface AgentRequest {
  /** Pictures that the program can read, by their paths as it sees them. */
  images: readonly string[];
  jobId: string;
  stepId: string;
  role: string;
  /** Planner, reviewer: the workspace must be left as it was. */
  readOnly: boolean;
  /** Whether Patchbay's sandbox keeps the program in; a CLI's own can't work inside of it. */
  sandboxed: boolean;
  /** The whole text for the model. */
  prompt: string;
  /** The job's goal alone, and what earlier steps left: what an agent without a model works from. */
  goal: string;
  inputs: InputArtifact[];
  model: string | undefined;
  allowedTools: string[] | undefined;
  /** A session of the same CLI to resume; it gets `resumePrompt`, since it knows the whole text already. */
  sessionId: string | undefined;
  resumePrompt?: string | undefined;
  /**
   * What that session had used up before, as an earlier outcome's `sessionUsage` tells it. Some CLIs count by session:
   * without this the numbers of a resumed run stay unknown, since what came before can't be taken off.
   */
  sessionBefore?: SessionUsage | undefined;
  /** Absolute paths as the agent sees them. */
  workspace: string;
  home: string;
  /** Base URLs under which the models are reached, without a version; absent for one that is not configured. */
  gateways: { anthropic?: string; openai?: string; gemini?: string };
  /** What the gateways take for a key. It opens nothing else and is worth nothing after the step. */
  token: string;
  signal: AbortSignal;
  onEvent: (event: AgentEvent) => void;
  launch: Launch;
  /** For an agent that is no program and so has nobody else to end it: how long it may take, and how long be silent. */
  patience?: { timeoutMs: number; stallMs: number } | undefined;
}

/** Undefined is unknown. */
export interface SessionUsage {
  tokensIn: number | undefined;
  tokensOut: number | undefined;
  costUsd: number | undefined;
}

export interface InputArtifact {
  /** `<step_id>/<file>`. */
  path: string;
  text: string;
  /** How many characters were cut, 0 when it is whole. */
  cutChars: number;
}

/** The one event union into which every CLI's stream is parsed. */
export type AgentEvent =
  | { type: "session"; sessionId: string; model?: string }
  | { type: "message"; text: string }
  | { type: "tool"; name: string; detail: string; status: "started" | "completed" | "failed" }
  | { type: "command"; command: string; exitCode: number | undefined; output: string }
  | { type: "file_change"; path: string; change: "add" | "update" | "delete" }
  /** `cumulative`: which of the numbers are those of the whole session so far; the others add up over the run. */
  | {
      type: "usage";
      tokensIn: number | undefined;
      tokensOut: number | undefined;
      costUsd: number | undefined;
      cumulative: "none" | "cost" | "all";
    }
  | { type: "retry"; attempt: number; message: string; httpStatus: number | undefined }
  | { type: "denied"; tool: string; detail: string }
  | { type: "error"; code: ErrorCode; message: string; retryable: boolean }
  | { type: "final"; text: string }
  /** A line that is not JSON or not known: kept in raw_stdout.txt, counted, never fatal. */
  | { type: "unparsed"; line: string };

/** One process to start: never through a shell. */
export interface AgentCommand {
  /** A name to be looked up in PATH, or an absolute path. */
  binary: string;
  args: string[];
  /** Added to the environment that the operator allows. Never a secret. */
  env: Record<string, string>;
  stdin: string;
  /** Files to write before the start; paths relative to HOME. */
  homeFiles: { path: string; content: string | Uint8Array }[];
}

export interface ProcessEnd {
  exitCode: number | undefined;
  signal: string | undefined;
  /** Why it was ended from outside, if it was. */
  ended: "timeout" | "stalled" | "cancelled" | "output" | "memory" | "pids" | undefined;
  /** The last 4,000 characters of stderr. */
  stderrTail: string;
}

/** Starts the process in the job's sandbox; resolves once its whole tree has ended. */
export type Launch = (command: AgentCommand, onLine: (line: string) => void) => Promise<ProcessEnd>;

export interface AgentOutcome {
  status: "success" | "failed" | "retryable" | "timeout" | "cancelled" | "needs_human";
  /** Markdown; becomes the step's report.md. */
  report: string;
  error: { code: ErrorCode; message: string } | undefined;
  sessionId: string | undefined;
  costUsd: number | undefined;
  tokensIn: number | undefined;
  tokensOut: number | undefined;
  /** Of the whole session, for a later run that resumes it. */
  sessionUsage?: SessionUsage | undefined;
  warnings: string[];
}

export interface Agent {
  name: string;
  /** True for the agent that only simulates. */
  simulated: boolean;
  /** The program that must be allowed and present; undefined when none is needed. */
  binary: string | undefined;
  /** The argument that makes `binary` print its version. */
  versionFlag: string;
  /** The model APIs of which it uses one; undefined: not known. */
  models?: readonly (keyof AgentRequest["gateways"])[] | undefined;
  /** True for a program that asks a failing model API again for minutes, and can't be told not to. */
  repeatsFailedCalls?: boolean | undefined;
  /** The one model API of an agent that is no program: its `openai` gateway leads there and nowhere else. */
  endpoint?: Endpoint | undefined;
  run(request: AgentRequest): Promise<AgentOutcome>;
}

/** A model API that speaks OpenAI's chat completions. */
export interface Endpoint {
  /** Its base URL. */
  url: string;
  /** The variable that holds the key; the agent gets neither. */
  keyVariable: string | undefined;
  /** Whether its name may lead to an address of a private network. */
  privateNetwork: boolean;
}
