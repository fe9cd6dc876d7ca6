// What a package promises that brings an agent, version 1 of the contract; docs/agents/package-contract.md tells it.
import { z } from "zod";
import { ErrorCode } from "../job/error-code.ts";
import type { AgentEvent, AgentOutcome, AgentRequest } from "./agent.ts";

export const contractVersion = 1;

/** In its package.json, so that the version is known before any of its code runs. */
export const PackageManifest = z.object({
  name: z.string(),
  version: z.string().default("0.0.0"),
  patchbay: z.object(
    {
      contract: z.number(),
      agent: z
        .string()
        .regex(
          /^\.\/(?!.*(?:^|\/)\.\.(?:\/|$)).+\.m?js$/,
          "a JavaScript file below the package, such as ./agent.js",
        ),
    },
    'it has no "patchbay": { "contract": 1, "agent": "./agent.js" }',
  ),
});

type RunRequest = Omit<AgentRequest, "patience" | "sandboxed"> & { timeoutMs: number };
type Run = (request: RunRequest) => Promise<unknown>;
const isFunction = (value: unknown): value is (...args: unknown[]) => unknown => typeof value === "function";

export const AgentModule = z.object({
  createAgent: z.custom<(context: { name: string; options: object }) => unknown>(isFunction, "a function"),
});

export const PackageAgent = z.object({
  binary: z
    .string()
    .regex(/^(?:[A-Za-z0-9._+-]+|\/[^\0]+)$/, "a program's name or an absolute path")
    .optional(),
  versionFlag: z
    .string()
    .regex(/^-{0,2}[A-Za-z][\w-]*$/, "a flag such as --version")
    .default("--version"),
  models: z.array(z.enum(["anthropic", "openai", "gemini"])).optional(),
  run: z.custom<Run>(isFunction, "a function"),
});

const Tokens = z.int().nonnegative().optional();
const Text = z.string().max(1_000_000);
const Word = z.string().max(10_000);

/** Unknown numbers are left out. */
export const PackageEvent: z.ZodType<AgentEvent> = z.discriminatedUnion("type", [
  z.object({ type: z.literal("session"), sessionId: Word }),
  z.object({ type: z.literal("message"), text: Text }),
  z.object({
    type: z.literal("tool"),
    name: Word,
    detail: Word,
    status: z.enum(["started", "completed", "failed"]),
  }),
  z.object({
    type: z.literal("command"),
    command: Word,
    exitCode: z.union([z.int(), z.undefined()]),
    output: Text,
  }),
  z.object({ type: z.literal("file_change"), path: Word, change: z.enum(["add", "update", "delete"]) }),
  z.object({ type: z.literal("denied"), tool: Word, detail: Word }),
  z.object({ type: z.literal("final"), text: Text }),
]);

/** What `run` resolves with. */
export const PackageOutcome: z.ZodType<AgentOutcome> = z
  .object({
    status: z.enum(["success", "failed", "retryable", "timeout", "cancelled", "needs_human"]),
    report: Text.default(""),
    error: z.object({ code: ErrorCode, message: Word }).optional(),
    sessionId: Word.optional(),
    costUsd: z.number().nonnegative().optional(),
    tokensIn: Tokens,
    tokensOut: Tokens,
    warnings: z.array(Word).max(100).default([]),
  })
  .refine(({ status, error }) => (status === "success" || status === "cancelled") === (error === undefined), {
    path: ["error"],
    message: "there is one exactly when it failed",
  })
  .transform((outcome) => ({
    ...outcome,
    error: outcome.error,
    sessionId: outcome.sessionId,
    costUsd: outcome.costUsd,
    tokensIn: outcome.tokensIn,
    tokensOut: outcome.tokensOut,
  }));
