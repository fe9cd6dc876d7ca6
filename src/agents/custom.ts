// Turns a description into an agent. Its arguments are replaced value by value and never pass through a shell.
import { join } from "node:path";
import { UserError } from "../errors.ts";
import type { Agent, AgentRequest } from "./agent.ts";
import { createCliAgent } from "./cli-agent.ts";
import type { CustomAgent } from "./custom-agent.ts";
import { createJsonLinesParser, createTextParser } from "./custom-stream.ts";

const promptFile = ".patchbay/prompt.md";
/** Linux takes 131,072 bytes in one argument, its end included (execve(2), MAX_ARG_STRLEN). */
const maxArgumentBytes = 100_000;

export function createCustomAgent(description: CustomAgent): Agent {
  const { name, binary, output } = description;
  return createCliAgent({
    name,
    binary,
    versionFlag: description.version_flag,
    models: undefined,
    endsWithFinal: false,
    command(request) {
      return {
        command: {
          binary,
          args: [...fillArguments(description, request), ...promptArgument(description, request)],
          env: description.env,
          stdin: description.prompt === "stdin" ? request.prompt : "",
          homeFiles: description.prompt === "file" ? [{ path: promptFile, content: request.prompt }] : [],
        },
        warnings: warningsFor(description, request),
      };
    },
    createParser: () => (output === "text" ? createTextParser() : createJsonLinesParser(output)),
  });
}

/** A placeholder without a value goes, and the flag before it with it. */
function fillArguments({ args }: CustomAgent, request: AgentRequest): string[] {
  const values: Record<string, string | undefined> = {
    "{model}": request.model,
    "{prompt_file}": join(request.home, promptFile),
    "{workspace}": request.workspace,
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

function promptArgument({ name, prompt }: CustomAgent, request: AgentRequest): string[] {
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
function warningsFor({ name, args }: CustomAgent, request: AgentRequest): string[] {
  const warnings: string[] = [];
  if (request.allowedTools !== undefined)
    warnings.push(`allowed_tools: ${name} can't be told which tools to use`);
  if (request.model !== undefined && !args.some((arg) => arg.endsWith("{model}"))) {
    warnings.push(`model: the arguments of ${name} have no {model}, so ${request.model} was not passed on`);
  }
  return warnings;
}
