// Why results can't be sent to an address.
import { callbackUrlProblem } from "../../api/callback.ts";
import type { House } from "../assemble.ts";

/** Undefined when they can. */
export function callbackProblem(
  { CALLBACK_SECRET: secret }: House["config"],
  url: string,
): string | undefined {
  if (secret === undefined) return "results are sent only where the operator has set CALLBACK_SECRET";
  return callbackUrlProblem(url);
}
