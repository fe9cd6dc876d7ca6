// The events of `codex exec --json`, as Codex 0.169.0 prints them (its repository, sdk/typescript/src/events.ts).
import { z } from "zod";
import type { AgentEvent, AgentRequest } from "./agent.ts";
import type { StreamParser } from "./cli-adapter.ts";
import { classifyFailure, httpStatusIn } from "./failure.ts";
import { cut, inWorkspace, maxOutputChars, parseJsonLine, toolDetail, unparsed } from "./stream.ts";

const count = z.int().nonnegative().catch(0);

const Line = z.discriminatedUnion("type", [
  z.object({ type: z.literal("thread.started"), thread_id: z.string() }),
  z.object({ type: z.literal("turn.started") }),
  z.object({
    type: z.literal("turn.completed"),
    usage: z.object({ input_tokens: count, output_tokens: count }).nullish().catch(undefined),
  }),
  z.object({ type: z.literal("turn.failed"), error: z.object({ message: z.string() }) }),
  z.object({ type: z.literal("error"), message: z.string() }),
  z.object({ type: z.enum(["item.started", "item.updated", "item.completed"]), item: z.unknown() }),
]);

const Item = z.discriminatedUnion("type", [
  z.object({ type: z.literal("agent_message"), text: z.string() }),
  z.object({
    type: z.literal("command_execution"),
    command: z.string(),
    aggregated_output: z.string().default(""),
    exit_code: z.number().nullish(),
    status: z.string().optional(),
  }),
  z.object({
    type: z.literal("file_change"),
    changes: z.array(z.object({ path: z.string(), kind: z.enum(["add", "update", "delete"]) })),
    status: z.string().optional(),
  }),
  z.object({ type: z.literal("error"), message: z.string() }),
]);

/** Items of these kinds are told as tools. */
const OtherTool = z.object({ type: z.enum(["mcp_tool_call", "web_search"]), status: z.string().optional() });
const Silent = z.object({ type: z.enum(["reasoning", "todo_list"]) });

/** A parser that remembers the last message: it is the final one once the turn is completed. */
export function createCodexParser({ workspace }: Pick<AgentRequest, "workspace">): StreamParser {
  let message = "";
  let retries = 0;

  function item(value: unknown, completed: boolean, line: string): AgentEvent[] {
    const known = Item.safeParse(value).data;
    switch (known?.type) {
      case "agent_message":
        if (!completed) return [];
        message = known.text;
        return [{ type: "message", text: known.text }];
      case "command_execution": {
        const { command } = known;
        if (!completed) return [];
        if (known.status === "declined")
          return [{ type: "denied", tool: "shell", detail: cut(command, 400) }];
        const output = cut(known.aggregated_output, maxOutputChars);
        return [
          { type: "command", command: cut(command, 400), exitCode: known.exit_code ?? undefined, output },
        ];
      }
      case "file_change":
        if (!completed) return [];
        return known.changes.map(({ path, kind }): AgentEvent => {
          const shown = inWorkspace(path, workspace);
          if (known.status === "declined") return { type: "denied", tool: "apply_patch", detail: shown };
          if (known.status === "failed")
            return { type: "tool", name: "apply_patch", detail: shown, status: "failed" };
          return { type: "file_change", path: shown, change: kind };
        });
      case "error":
        return [{ type: "tool", name: "codex", detail: cut(known.message, 400), status: "failed" }];
      case undefined: {
        const tool = OtherTool.safeParse(value).data;
        if (tool && completed) {
          const status = tool.status === "failed" ? "failed" : "completed";
          return [{ type: "tool", name: tool.type, detail: toolDetail(value), status }];
        }
        return tool || Silent.safeParse(value).success ? [] : unparsed(line);
      }
    }
  }

  return {
    line(line) {
      const parsed = Line.safeParse(parseJsonLine(line)).data;
      switch (parsed?.type) {
        case "thread.started":
          return [{ type: "session", sessionId: parsed.thread_id }];
        case "turn.started":
          return [];
        case "item.started":
        case "item.updated":
        case "item.completed":
          return item(parsed.item, parsed.type === "item.completed", line);
        case "turn.completed":
          return [...usageEvents(parsed.usage), { type: "final", text: message }];
        case "turn.failed": {
          const failure = classifyFailure({ text: parsed.error.message }) ?? {
            code: "crashed",
            retryable: false,
          };
          return [{ type: "error", ...failure, message: parsed.error.message }];
        }
        // Notices of retries: only turn.failed is the end.
        case "error": {
          retries++;
          const attempt = Number(/\b(\d+)\/\d+/.exec(parsed.message)?.[1] ?? retries);
          return [
            {
              type: "retry",
              attempt,
              message: cut(parsed.message, 400),
              httpStatus: httpStatusIn(parsed.message),
            },
          ];
        }
        case undefined:
          return unparsed(line);
      }
    },
    end: () => [],
  };
}

function usageEvents(
  usage: { input_tokens: number; output_tokens: number } | null | undefined,
): AgentEvent[] {
  if (!usage) return [];
  // Its input tokens include those of the cache; it tells no cost, and in a resumed session it counts on.
  const { input_tokens: tokensIn, output_tokens: tokensOut } = usage;
  return [{ type: "usage", tokensIn, tokensOut, costUsd: undefined, cumulative: "all" }];
}
