// Placeholders in the variables and files of a described CLI, and what they stand for. Pure.
import { UserError } from "../errors.ts";
import type { AgentRequest } from "./agent.ts";

type Gateway = keyof AgentRequest["gateways"];

const gateways: Record<string, Gateway> = {
  gateway_anthropic: "anthropic",
  gateway_openai: "openai",
  gateway_gemini: "gemini",
};
const known = ["token", "home", "workspace", ...Object.keys(gateways)];
const pattern = /\{([a-z_]+)\}/g;

/** The names between braces. */
export function placeholdersIn(text: string): string[] {
  return [...text.matchAll(pattern)].map(([, name = ""]) => name);
}

/** Those that can't be filled in. */
export function unknownPlaceholders(text: string): string[] {
  return placeholdersIn(text).filter((name) => !known.includes(name));
}

/** The model APIs that the texts speak of. */
export function gatewaysIn(texts: readonly string[]): Gateway[] {
  const named = texts.flatMap(placeholdersIn).map((name) => gateways[name]);
  return [...new Set(named.filter((name) => name !== undefined))];
}

/** The text with all that is known filled in. Throws UserError (`preflight`) for a gateway that is not configured. */
export function fillIn(text: string, agent: string, request: AgentRequest): string {
  const values: Record<string, string> = {
    token: request.token,
    home: request.home,
    workspace: request.workspace,
  };
  return text.replaceAll(pattern, (whole: string, name: string) => {
    const gateway = gateways[name];
    if (gateway === undefined) return values[name] ?? whole;
    const url = request.gateways[gateway];
    if (url !== undefined) return url;
    const variable = gateway.toUpperCase();
    throw new UserError(
      `The agent \`${agent}\` uses the ${gateway} API, which is not configured. Set ${variable}_API_KEY, or ${variable}_BASE_URL for a gateway.`,
      { code: "preflight" },
    );
  });
}
