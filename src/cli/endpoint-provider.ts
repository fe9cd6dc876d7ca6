// The model API of an agent that is an endpoint, with the key that AGENTS_FILE names.
import type { Endpoint } from "../agents/agent.ts";
import type { Config } from "../config.ts";
import { UserError } from "../errors.ts";

/** Throws UserError (`preflight`) when the key isn't set. */
export function endpointProvider({ url, keyVariable, privateNetwork }: Endpoint, { secrets }: Config) {
  const apiKey = secrets.find(({ name }) => name === keyVariable)?.value;
  if (keyVariable !== undefined && apiKey === undefined) {
    throw new UserError(`${keyVariable} is not set. AGENTS_FILE names it as the key for ${url}`, {
      code: "preflight",
    });
  }
  return { baseUrl: url, apiKey, publicOnly: !privateNetwork };
}

/** Why it can't be asked; undefined when it can. */
export function endpointProblem(endpoint: Endpoint, config: Config): string | undefined {
  try {
    endpointProvider(endpoint, config);
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}
