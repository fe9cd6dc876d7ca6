// The events of `opencode run --format json`, as OpenCode 1.18.33 prints them.
import { z } from "zod";
import type { AgentEvent, AgentRequest } from "./agent.ts";
import type { StreamParser } from "./cli-adapter.ts";
import { classifyFailure } from "./failure.ts";
import { cut, inWorkspace, maxOutputChars, parseJsonLine, toolDetail, unparsed } from "./stream.ts";

const count = z.int().nonnegative().catch(0);

/** What `apply_patch`, the tool for GPT models, did to a file. */
const PatchedFile = z.object({
  filePath: z.string(),
  type: z.enum(["add", "update", "delete"]).catch("update"),
});

const Line = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), part: z.object({ text: z.string() }) }),
  z.object({
    type: z.literal("tool_use"),
    part: z.object({
      tool: z.string(),
      state: z.object({
        status: z.string(),
        input: z.unknown(),
        output: z.string().optional().catch(undefined),
        error: z.string().optional().catch(undefined),
        metadata: z
          .object({ exit: z.number().nullish(), files: z.array(PatchedFile).optional().catch(undefined) })
          .nullish()
          .catch(undefined),
      }),
    }),
  }),
  z.object({
    type: z.literal("step_finish"),
    part: z.object({
      reason: z.string().default("stop"),
      tokens: z
        .object({
          input: count,
          output: count,
          reasoning: count.optional(),
          cache: z.object({ read: count, write: count }).nullish().catch(undefined),
        })
        .nullish()
        .catch(undefined),
      cost: z.number().nonnegative().nullish().catch(undefined),
    }),
  }),
  z.object({
    type: z.literal("error"),
    error: z.object({
      name: z.string().default("error"),
      data: z
        .object({
          message: z.string().optional(),
          statusCode: z.number().nullish(),
          isRetryable: z.boolean().nullish(),
        })
        .nullish()
        .catch(undefined),
    }),
  }),
  z.object({ type: z.enum(["step_start", "reasoning"]) }),
]);
type Line = z.infer<typeof Line>;

const Session = z.object({ sessionID: z.string() });

/** A parser that tells the session once: every line names it. */
export function createOpencodeParser({ workspace }: Pick<AgentRequest, "workspace">): StreamParser {
  let session: string | undefined;
  return {
    line(line) {
      const value = parseJsonLine(line);
      const parsed = Line.safeParse(value).data;
      if (!parsed) return unparsed(line);
      const id = Session.safeParse(value).data?.sessionID;
      const events = eventsOf(parsed, workspace);
      if (id === undefined || id === session) return events;
      session = id;
      return [{ type: "session", sessionId: id }, ...events];
    },
    end: () => [],
  };
}

function eventsOf(line: Line, workspace: string): AgentEvent[] {
  switch (line.type) {
    case "text":
      return [{ type: "message", text: line.part.text }];
    case "tool_use":
      return toolEvents(line.part, workspace);
    case "step_finish":
      return finishEvents(line.part);
    case "error":
      return [errorEvent(line.error)];
    case "step_start":
    case "reasoning":
      return [];
  }
}

function toolEvents(
  { tool, state }: Extract<Line, { type: "tool_use" }>["part"],
  workspace: string,
): AgentEvent[] {
  const detail = toolDetail(state.input);
  const failed = state.status === "error";
  if (failed && /reject|denied|not allowed|permission/i.test(state.error ?? "")) {
    return [{ type: "denied", tool, detail }];
  }
  if (tool === "bash") {
    const output = cut(state.output ?? state.error ?? "", maxOutputChars);
    return [{ type: "command", command: detail, exitCode: state.metadata?.exit ?? undefined, output }];
  }
  const patched = state.metadata?.files ?? [];
  if (!failed && tool === "apply_patch" && patched.length > 0) {
    return patched.map(({ filePath, type }) => ({
      type: "file_change",
      path: inWorkspace(filePath, workspace),
      change: type,
    }));
  }
  if (!failed && (tool === "write" || tool === "edit") && detail !== "") {
    return [{ type: "file_change", path: inWorkspace(detail, workspace), change: "update" }];
  }
  return [{ type: "tool", name: tool, detail, status: failed ? "failed" : "completed" }];
}

/** Each step has its own numbers. A cost of 0 only says that the model's prices are unknown. */
function finishEvents({
  reason,
  tokens,
  cost,
}: Extract<Line, { type: "step_finish" }>["part"]): AgentEvent[] {
  const events: AgentEvent[] = [
    {
      type: "usage",
      tokensIn: tokens ? tokens.input + (tokens.cache?.read ?? 0) + (tokens.cache?.write ?? 0) : undefined,
      tokensOut: tokens ? tokens.output + (tokens.reasoning ?? 0) : undefined,
      costUsd: cost ? cost : undefined,
      cumulative: "none",
    },
  ];
  if (reason === "content-filter") {
    events.push({
      type: "error",
      code: "refused",
      message: "the model's filter stopped the answer",
      retryable: false,
    });
  }
  return events;
}

function errorEvent({ name, data }: Extract<Line, { type: "error" }>["error"]): AgentEvent {
  const message = data?.message ?? name;
  const told = classifyFailure({ httpStatus: data?.statusCode ?? undefined, text: `${name} ${message}` });
  const failure = told ?? { code: "crashed" as const, retryable: data?.isRetryable === true };
  return { type: "error", ...failure, message: cut(message, 1500) };
}
