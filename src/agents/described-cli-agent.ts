// Turns a description into an agent. Its arguments are replaced value by value and never pass through a shell.
import { join } from "node:path";
import { UserError } from "../errors.ts";
import type { Agent, AgentRequest } from "./agent.ts";
import { createCliAgent } from "./cli-agent.ts";
import type { DescribedCli } from "./described-cli.ts";
import { createJsonLinesParser, createTextParser } from "./described-stream.ts";
import { fillIn, gatewaysIn } from "./placeholders.ts";

const promptFile = ".patchbay/prompt.md";
/** Linux takes 131,072 bytes in one argument, its end included (execve(2), MAX_ARG_STRLEN). */
const maxArgumentBytes = 100_000;

/** The agent that `description` tells of. Its model APIs are those whose gateways it names. */
export function createDescribedCli(description: DescribedCli): Agent {
  const { name, binary, output } = description;
  const models = gatewaysIn([...Object.values(description.env), ...Object.values(description.home_files)]);
  const agent = createCliAgent({
    name,
    binary,
    versionFlag: description.version_flag,
    models: models.length === 0 ? undefined : models,
    repeatsFailedCalls: description.repeats_failed_calls,
    endsWithFinal: false,
    command(request) {
      const args = argumentsFor(description, request);
      return {
        command: {
          binary,
          args: [...fillArguments(args, request), ...promptArgument(description, request)],
          env: filled(description.env, description, request),
          stdin: description.prompt === "stdin" ? request.prompt : "",
          homeFiles: [
            ...Object.entries(filled(description.home_files, description, request)).map(
              ([path, content]) => ({ path, content }),
            ),
            ...(description.prompt === "file" ? [{ path: promptFile, content: request.prompt }] : []),
          ],
        },
        warnings: warningsFor(description, args, request),
      };
    },
    createParser: () =>
      output === "text" ? createTextParser() : createJsonLinesParser(output, description.failures),
  });
  return {
    ...agent,
    run(request) {
      // What can't be resumed begins anew, with the whole prompt.
      const resumes = argumentsFor(description, request).some((arg) => arg.endsWith("{session}"));
      return agent.run(resumes ? request : { ...request, sessionId: undefined, sessionBefore: undefined });
    },
  };
}

function argumentsFor({ args, read_only_args }: DescribedCli, { readOnly }: AgentRequest): string[] {
  return readOnly ? (read_only_args ?? args) : args;
}

function filled(
  texts: Record<string, string>,
  { name }: DescribedCli,
  request: AgentRequest,
): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, fillIn(text, name, request)]));
}

/** A placeholder without a value goes, and the flag before it with it. */
function fillArguments(args: readonly string[], request: AgentRequest): string[] {
  const values: Record<string, string | undefined> = {
    "{model}": request.model,
    "{prompt_file}": join(request.home, promptFile),
    "{workspace}": request.workspace,
    "{session}": request.sessionId,
  };
  const filled: string[] = [];
  for (const arg of args) {
    const [, start = "", placeholder] = /^([^{}]+=)?(\{[a-z_]+\})$/.exec(arg) ?? [];
    if (placeholder === undefined) {
      filled.push(arg);
      continue;
    }
    const value = values[placeholder];
    if (value !== undefined) filled.push(start + value);
    else if (start === "" && filled.at(-1)?.startsWith("-")) filled.pop();
  }
  return filled;
}

function promptArgument({ name, prompt }: DescribedCli, request: AgentRequest): string[] {
  if (prompt !== "argument") return [];
  const bytes = Buffer.byteLength(request.prompt);
  if (bytes > maxArgumentBytes) {
    throw new UserError(
      `The prompt for \`${name}\` has ${bytes} bytes and ${maxArgumentBytes} fit into an argument. The operator can set \`prompt: stdin\` for this agent.`,
      { code: "context_too_long" },
    );
  }
  return [request.prompt];
}

/** What a described CLI can't be told. */
function warningsFor({ name }: DescribedCli, args: readonly string[], request: AgentRequest): string[] {
  const warnings: string[] = [];
  if (request.allowedTools !== undefined)
    warnings.push(`allowed_tools: ${name} can't be told which tools to use`);
  if (request.model !== undefined && !args.some((arg) => arg.endsWith("{model}"))) {
    warnings.push(`model: the arguments of ${name} have no {model}, so ${request.model} was not passed on`);
  }
  return warnings;
}
