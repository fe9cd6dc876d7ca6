// A CLI described in configuration: what an operator may say about it.
import { z } from "zod";
import { ErrorCode } from "../job/error-code.ts";
import { AgentName } from "./agent-name.ts";
import { placeholdersIn, unknownPlaceholders } from "./placeholders.ts";

/** A field inside of a JSON line, such as `usage.input_tokens` or `choices.0.text`. */
const FieldPath = z
  .string()
  .regex(/^[A-Za-z0-9_$-]+(?:\.[A-Za-z0-9_$-]+){0,9}$/, "names joined by dots, such as usage.input_tokens");

const Conditions = z
  .record(FieldPath, z.string())
  .describe("Only lines whose fields have these values count, such as { type: message, role: assistant }");

const ErrorField = z.strictObject({
  path: FieldPath.describe("The error's text"),
  when: Conditions.default({}),
});

const JsonLines = z.strictObject({
  format: z.literal("jsonl"),
  message: FieldPath.describe("The text of a message"),
  message_when: Conditions.default({}),
  message_join: z
    .boolean()
    .default(false)
    .describe("True when a message comes in pieces, line after line; the first other line ends it"),
  session: FieldPath.optional().describe("The id with which {session} resumes"),
  error: z
    .union([FieldPath, z.array(ErrorField).min(1).max(10)])
    .optional()
    .describe("The text of an error: a path, or several with conditions; any text there fails the step"),
  tokens_in: FieldPath.optional().describe("Of the whole run, those from caches included"),
  tokens_out: FieldPath.optional(),
  cost: FieldPath.optional().describe("In USD, of the whole run"),
});
export type JsonLines = z.infer<typeof JsonLines>;

const Failure = z.strictObject({
  says: z
    .string()
    .min(1)
    .max(200)
    .refine(isPattern, "a regular expression")
    .describe("A regular expression, looked for in an error's text without regard to case"),
  code: ErrorCode.extract([
    "auth",
    "rate_limited",
    "overloaded",
    "context_too_long",
    "refused",
    "max_turns",
    "budget",
    "timeout",
    "bad_output",
    "crashed",
  ]),
  retryable: z.boolean().default(false).describe("Whether the same request may go better later"),
});
export type DescribedFailure = z.infer<typeof Failure>;

const argumentPlaceholders = ["model", "prompt_file", "workspace", "session"];
const wholePlaceholder = new RegExp(`^(?:[^{}]+=)?\\{(?:${argumentPlaceholders.join("|")})\\}$`);

/** An argument is a placeholder, ends in `=` and a placeholder, or has none. */
const Argument = z
  .string()
  .max(4096)
  .refine((text) => !text.includes("\0"), "no NUL characters")
  .refine(
    (text) => placeholdersIn(text).length === 0 || wholePlaceholder.test(text),
    `a placeholder stands alone or after "=" and is one of ${argumentPlaceholders.map((name) => `{${name}}`).join(", ")}`,
  );
const Arguments = z.array(Argument).max(100);

const filled =
  "{token}, {home}, {workspace}, {gateway_anthropic}, {gateway_openai} and {gateway_gemini} are filled in";

/** The value of a variable; a placeholder may stand anywhere in it. */
const Value = z
  .string()
  .max(4096)
  .refine((text) => !text.includes("\0"), "no NUL characters")
  .superRefine((text, context) => {
    for (const name of unknownPlaceholders(text)) context.addIssue(`there is no {${name}}; ${filled}`);
  });

/** A file may have braces of its own: only a misspelt gateway is told. */
const Content = z
  .string()
  .max(65_536)
  .superRefine((text, context) => {
    for (const name of unknownPlaceholders(text)) {
      if (name.startsWith("gateway")) context.addIssue(`there is no {${name}}; ${filled}`);
    }
  });

const HomePath = z
  .string()
  .max(200)
  .regex(
    /^(?!\/)(?!(?:[^/]*\/)*\.{0,2}(?:\/|$))[A-Za-z0-9._/@+-]+$/,
    "a path below HOME, such as .config/tool.json",
  )
  .refine((path) => !path.startsWith(".patchbay/"), ".patchbay/ is Patchbay's own");

export const DescribedCli = z
  .strictObject({
    name: AgentName,
    kind: z.literal("cli").optional(),
    binary: z
      .string()
      .regex(/^(?:[A-Za-z0-9._+-]+|\/[^\0]+)$/, "a program's name or an absolute path")
      .describe("A name to be looked up in PATH, or an absolute path; it must be in ALLOWED_BINARIES"),
    args: Arguments.default([]).describe(
      "{model}, {prompt_file}, {workspace} and {session} are replaced as whole arguments; without a value they go, and a flag before them too",
    ),
    read_only_args: Arguments.optional().describe("In place of args for planner, reviewer and answerer"),
    prompt: z.enum(["stdin", "file", "argument"]).default("stdin"),
    output: z
      .union([z.literal("text"), JsonLines])
      .default("text")
      .describe("text: standard output is the report"),
    failures: z
      .array(Failure)
      .max(50)
      .default([])
      .describe("How this program says what went wrong, looked through before what Patchbay knows itself"),
    version_flag: z
      .string()
      .regex(/^-{0,2}[A-Za-z][\w-]*$/, "a flag such as --version")
      .default("--version"),
    env: z
      .record(z.string().regex(/^[A-Za-z_]\w*$/, "a variable's name"), Value)
      .default({})
      .describe(filled),
    home_files: z
      .record(HomePath, Content)
      .refine((files) => Object.keys(files).length <= 20, "at most 20 files")
      .default({})
      .describe(`Configuration files to be written into the agent's HOME before each start; ${filled}`),
    repeats_failed_calls: z
      .boolean()
      .default(false)
      .describe(
        "True for a program that asks a failing model API again for minutes and can't be told not to",
      ),
  })
  .superRefine((agent, context) => {
    for (const list of ["args", "read_only_args"] as const) {
      const args = agent[list];
      if (args && (agent.prompt === "file") !== args.some((arg) => arg.endsWith("{prompt_file}"))) {
        context.addIssue({
          code: "custom",
          path: [list],
          message: "{prompt_file} belongs to prompt: file, and that needs it",
        });
      }
    }
    const resumes = agent.args.some((arg) => arg.endsWith("{session}"));
    if (resumes && (agent.output === "text" || agent.output.session === undefined)) {
      context.addIssue({
        code: "custom",
        path: ["args"],
        message: "{session} needs output.session, the path of the session's id",
      });
    }
  });
export type DescribedCli = z.infer<typeof DescribedCli>;

function isPattern(text: string): boolean {
  try {
    return RegExp(text, "i") instanceof RegExp;
  } catch {
    return false;
  }
}
