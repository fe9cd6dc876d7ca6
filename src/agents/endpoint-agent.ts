// An agent that is a model behind an HTTP endpoint. It needs no program, sees what the prompt holds and answers with a
// report; it changes no file.
//
// It speaks through the step's own door, which knows the key, follows no redirect, counts and limits what is used.
import { explain } from "../errors.ts";
import type { Agent, AgentOutcome, AgentRequest } from "./agent.ts";
import { type ChatAnswer, createChatAnswer } from "./chat-answer.ts";
import type { DescribedEndpoint } from "./described-endpoint.ts";
import { classifyFailure } from "./failure.ts";
import { PostEnded, postJson } from "./post-json.ts";
import { cut } from "./stream.ts";

type Failed = Pick<AgentOutcome, "status" | "error">;

const defaultPatience = { timeoutMs: 600_000, stallMs: 300_000 };

export function createEndpointAgent(description: DescribedEndpoint): Agent {
  const { name, url, key, private_network } = description;
  return {
    name,
    simulated: false,
    binary: undefined,
    versionFlag: "",
    endpoint: { url: url.replace(/\/+$/, ""), keyVariable: key, privateNetwork: private_network },
    async run(request) {
      const { signal, patience = defaultPatience } = request;
      const gateway = request.gateways.openai;
      if (gateway === undefined) throw new Error(`the agent ${name} was started without its door`);
      let status = 0;
      let answer = createChatAnswer(false);
      let failed: Failed | undefined;
      try {
        await postJson(`${gateway}/v1/chat/completions`, {
          token: request.token,
          body: bodyFor(description, request),
          patience,
          signal,
          onHead(head) {
            status = head.status;
            answer = createChatAnswer(/^text\/event-stream\b/i.test(head.contentType));
          },
          onText: (text) => answer.push(text),
        });
      } catch (error) {
        if (signal.aborted) failed = { status: "cancelled", error: undefined };
        else failed = error instanceof PostEnded ? endedFromOutside(name, error) : brokeOff(name, error);
      }
      return tell(description, request, { answer: answer.end(), status, failed });
    },
  };
}

function bodyFor({ model, max_output_tokens }: DescribedEndpoint, request: AgentRequest): string {
  return JSON.stringify({
    model: request.model ?? model,
    messages: [{ role: "user", content: request.prompt }],
    stream: true,
    stream_options: { include_usage: true },
    ...(max_output_tokens === undefined ? {} : { max_tokens: max_output_tokens }),
  });
}

function tell(
  { name }: DescribedEndpoint,
  request: AgentRequest,
  seen: { answer: ChatAnswer; status: number; failed: Failed | undefined },
): AgentOutcome {
  const { answer } = seen;
  for (const line of answer.unparsed) request.onEvent({ type: "unparsed", line });
  const { tokensIn, tokensOut } = answer;
  if (tokensIn !== undefined || tokensOut !== undefined) {
    request.onEvent({ type: "usage", tokensIn, tokensOut, costUsd: undefined, cumulative: "none" });
  }
  const failed = seen.failed ?? failureIn(name, answer, seen.status);
  const report = answer.text.trim() === "" ? "" : `${answer.text.trim()}\n`;
  if (report !== "") request.onEvent({ type: "final", text: report });
  if (failed?.error) {
    const retryable = failed.status === "retryable";
    request.onEvent({ type: "error", ...failed.error, retryable });
  }
  return {
    status: "success",
    error: undefined,
    ...failed,
    report,
    sessionId: undefined,
    costUsd: undefined,
    tokensIn,
    tokensOut,
    warnings: warningsFor(name, request, answer),
  };
}

function failureIn(name: string, answer: ChatAnswer, status: number): Failed | undefined {
  if (status < 200 || status > 299 || answer.error !== undefined) {
    const said = answer.error ?? answer.unparsed[0] ?? "no reason was given";
    const ok = status >= 200 && status <= 299;
    const text = `${ok ? "" : `HTTP ${status}: `}${cut(said, 1500)}`;
    const failure = classifyFailure({ httpStatus: ok ? undefined : status, text });
    return {
      status: failure?.retryable === true ? "retryable" : "failed",
      error: { code: failure?.code ?? "crashed", message: `${name}: ${text}` },
    };
  }
  if (answer.refusal !== undefined || answer.finish === "content_filter") {
    const message = `${name} refused: ${cut(answer.refusal ?? "its content filter stopped the answer", 1500)}`;
    return { status: "failed", error: { code: "refused", message } };
  }
  if (answer.finish === undefined) {
    const message = `${name} broke off in the middle of its answer`;
    return { status: "retryable", error: { code: "overloaded", message } };
  }
  if (answer.text.trim() === "") {
    return { status: "failed", error: { code: "bad_output", message: `${name} answered without any text` } };
  }
  return undefined;
}

function endedFromOutside(name: string, { why }: PostEnded): Failed {
  const told = {
    timeout: `${name} was still answering when the step's time was over. Ask for less or raise timeout_sec.`,
    stalled: `${name} gave no sign of life any more and was ended. AGENT_STALL_SEC says how long to wait.`,
    output: `${name} answered with more than 16 MB and was ended.`,
  };
  const status = { timeout: "timeout", stalled: "retryable", output: "failed" } as const;
  return { status: status[why], error: { code: why, message: told[why] } };
}

function brokeOff(name: string, error: unknown): Failed {
  const message = `${name}: the connection broke off: ${explain(error)}`;
  return { status: "retryable", error: { code: "overloaded", message } };
}

function warningsFor(name: string, request: AgentRequest, answer: ChatAnswer): string[] {
  const warnings: string[] = [];
  if (!request.readOnly) warnings.push(`${name} only writes reports; it can't change files`);
  if (request.allowedTools !== undefined) warnings.push(`allowed_tools: ${name} has no tools`);
  if (answer.finish === "length") warnings.push(`the answer of ${name} reached its limit and ends early`);
  if (answer.unparsedCount > 0) {
    const lines = answer.unparsedCount === 1 ? "1 line" : `${answer.unparsedCount} lines`;
    warnings.push(
      `${lines} of the answer of ${name} could not be read; events.jsonl keeps the first of them`,
    );
  }
  if (answer.isTooLong) warnings.push(`the answer of ${name} was cut after 200,000 characters`);
  return warnings;
}
