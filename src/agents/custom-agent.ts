// A CLI described in configuration: what an operator may say about it.
import { z } from "zod";

/** A field inside of a JSON line, such as `usage.input_tokens` or `choices.0.text`. */
const FieldPath = z
  .string()
  .regex(/^[A-Za-z0-9_$-]+(?:\.[A-Za-z0-9_$-]+){0,9}$/, "names joined by dots, such as usage.input_tokens");

const JsonLines = z.strictObject({
  format: z.literal("jsonl"),
  /** The text of a message. */
  message: FieldPath,
  /** Only lines whose fields have these values carry messages. */
  message_when: z.record(FieldPath, z.string()).default({}),
  /** True when messages come in pieces that belong together. */
  message_join: z.boolean().default(false),
  session: FieldPath.optional(),
  error: FieldPath.optional(),
  tokens_in: FieldPath.optional(),
  tokens_out: FieldPath.optional(),
  /** In USD. */
  cost: FieldPath.optional(),
});
export type JsonLines = z.infer<typeof JsonLines>;

const placeholders = ["{model}", "{prompt_file}", "{workspace}"];

/** An argument is a placeholder, ends in `=` and a placeholder, or has none. */
const Argument = z
  .string()
  .max(4096)
  .refine((text) => !text.includes("\0"), "no NUL characters")
  .refine(
    (text) => {
      const held = text.match(/\{[a-z_]+\}/g) ?? [];
      return (
        held.length === 0 ||
        placeholders.some(
          (known) => text === known || (/^[^{}]+=\{[a-z_]+\}$/.test(text) && text.endsWith(known)),
        )
      );
    },
    `a placeholder stands alone or after "=" and is one of ${placeholders.join(", ")}`,
  );

export const CustomAgent = z
  .strictObject({
    name: z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/, "a lower-case word of at most 32 characters"),
    /** A name to be looked up in PATH, or an absolute path; it must be in ALLOWED_BINARIES. */
    binary: z.string().regex(/^(?:[A-Za-z0-9._+-]+|\/[^\0]+)$/, "a program's name or an absolute path"),
    args: z.array(Argument).max(100).default([]),
    prompt: z.enum(["stdin", "file", "argument"]).default("stdin"),
    output: z.union([z.literal("text"), JsonLines]).default("text"),
    version_flag: z
      .string()
      .regex(/^-{0,2}[A-Za-z][\w-]*$/, "a flag such as --version")
      .default("--version"),
    env: z.record(z.string().regex(/^[A-Za-z_]\w*$/, "a variable's name"), z.string().max(4096)).default({}),
  })
  .refine((agent) => (agent.prompt === "file") === agent.args.some((arg) => arg.endsWith("{prompt_file}")), {
    path: ["args"],
    message: "{prompt_file} belongs to prompt: file, and that needs it",
  });
export type CustomAgent = z.infer<typeof CustomAgent>;

/** The operator's file of agents. */
export const CustomAgents = z.array(CustomAgent).max(50);
