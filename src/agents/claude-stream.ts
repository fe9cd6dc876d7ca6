// Claude Code's `--output-format stream-json`, as version 2.1.330 prints it.
import { z } from "zod";
import type { AgentEvent, AgentRequest } from "./agent.ts";
import { claudeResult, ResultLine } from "./claude-result.ts";
import type { StreamParser } from "./cli-adapter.ts";
import { cut, inWorkspace, maxOutputChars, parseJsonLine, toolDetail, unparsed } from "./stream.ts";

const InitLine = z.object({
  subtype: z.literal("init"),
  session_id: z.string(),
  model: z.string().optional(),
});

const RetryLine = z.object({
  subtype: z.literal("api_retry"),
  attempt: z.number(),
  max_retries: z.number().optional(),
  error_status: z.number().nullish(),
  error: z.string().optional(),
});

const Text = z.object({ type: z.literal("text"), text: z.string() });
const ToolUse = z.object({
  type: z.literal("tool_use"),
  id: z.string().default(""),
  name: z.string(),
  input: z.unknown(),
});
const ToolResult = z.object({
  type: z.literal("tool_result"),
  tool_use_id: z.string().default(""),
  is_error: z.boolean().nullish(),
  content: z.unknown(),
});
const MessageLine = z.object({
  message: z.object({ content: z.union([z.string(), z.array(z.unknown())]) }),
});

type ToolUse = z.infer<typeof ToolUse>;

/** A parser that remembers the tools in use, so that their results can be told with what they were asked. */
export function createClaudeParser({ workspace }: Pick<AgentRequest, "workspace">): StreamParser {
  const inUse = new Map<string, ToolUse>();

  function assistant(content: readonly unknown[]): AgentEvent[] {
    return content.flatMap((block): AgentEvent[] => {
      const text = Text.safeParse(block).data;
      if (text) return [{ type: "message", text: text.text }];
      const use = ToolUse.safeParse(block).data;
      if (!use) return [];
      inUse.set(use.id, use);
      return [{ type: "tool", name: use.name, detail: toolDetail(use.input), status: "started" }];
    });
  }

  function results(content: readonly unknown[]): AgentEvent[] {
    return content.flatMap((block): AgentEvent[] => {
      const result = ToolResult.safeParse(block).data;
      if (!result) return [];
      const use = inUse.get(result.tool_use_id);
      inUse.delete(result.tool_use_id);
      return toolEnded(use, result.is_error === true, textOf(result.content), workspace);
    });
  }

  return {
    line(line) {
      const value = parseJsonLine(line);
      switch (value?.["type"]) {
        case "system":
          return system(value);
        case "assistant":
        case "user": {
          const message = MessageLine.safeParse(value).data?.message;
          if (!message) return unparsed(line);
          if (typeof message.content === "string") return [];
          return value["type"] === "assistant" ? assistant(message.content) : results(message.content);
        }
        case "result": {
          const result = ResultLine.safeParse(value).data;
          return result ? claudeResult(result) : unparsed(line);
        }
        // Known and of no use here.
        case "stream_event":
        case "rate_limit_event":
        case "tool_progress":
          return [];
        default:
          return unparsed(line);
      }
    },
    end: () => [],
  };
}

function system(value: unknown): AgentEvent[] {
  const init = InitLine.safeParse(value).data;
  if (init) {
    const model = init.model === undefined ? {} : { model: init.model };
    return [{ type: "session", sessionId: init.session_id, ...model }];
  }
  const retry = RetryLine.safeParse(value).data;
  if (!retry) return [];
  const status = retry.error_status ?? undefined;
  const of = retry.max_retries === undefined ? "" : ` of ${retry.max_retries}`;
  const why = status === undefined ? (retry.error ?? "no answer") : `status ${status}`;
  return [
    {
      type: "retry",
      attempt: retry.attempt,
      message: `try ${retry.attempt}${of} after ${why}`,
      httpStatus: status,
    },
  ];
}

function toolEnded(
  use: ToolUse | undefined,
  failed: boolean,
  output: string,
  workspace: string,
): AgentEvent[] {
  const detail = toolDetail(use?.input);
  if (use?.name === "Bash") {
    const code = /^Exit code (\d{1,3})\b/.exec(output)?.[1];
    const exitCode = failed ? (code === undefined ? undefined : Number(code)) : 0;
    return [{ type: "command", command: detail, exitCode, output: cut(output, maxOutputChars) }];
  }
  if (!failed && use && /^(?:Edit|MultiEdit|Write|NotebookEdit)$/.test(use.name)) {
    const change = /created successfully/i.test(output) ? "add" : "update";
    return [{ type: "file_change", path: inWorkspace(detail, workspace), change }];
  }
  return [{ type: "tool", name: use?.name ?? "tool", detail, status: failed ? "failed" : "completed" }];
}

/** The text of a tool's result: a string, or blocks of which some are text. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  const blocks = z.array(z.unknown()).safeParse(content).data ?? [];
  return blocks.flatMap((block) => Text.safeParse(block).data?.text ?? []).join("\n");
}
