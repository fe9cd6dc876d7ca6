// One request to the gateway of a server: PATCHBAY_URL and PATCHBAY_TOKEN.
import { z } from "zod";
import { explain, UserError } from "../../errors.ts";
import { readEnvironment } from "../environment.ts";

const timeoutMs = 30_000;
const Said = z.object({ detail: z.string() });

/** The answer's JSON. Throws UserError with what the server says is wrong, or when it can't be reached. */
export async function askServer(method: "GET" | "POST", path: string, body?: object): Promise<unknown> {
  const { PATCHBAY_URL: server, PATCHBAY_TOKEN: token } = readEnvironment();
  if (server === undefined || token === undefined) {
    throw new UserError(
      "set PATCHBAY_URL to the server's address and PATCHBAY_TOKEN to a token that `patchbay token create` has made there",
    );
  }
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(`${server}/api/v1${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(body && { "Content-Type": "application/json" }),
      },
      ...(body && { body: JSON.stringify(body) }),
      // The token is for this server alone.
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
    text = await answer.text();
  } catch (cause) {
    throw new UserError(`asking ${server}: ${explain(cause)}`, { cause });
  }
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch (cause) {
    throw new UserError(`asking ${server}: ${answer.status}, and no JSON; is PATCHBAY_URL a Patchbay?`, {
      cause,
    });
  }
  if (answer.ok) return said;
  throw new UserError(Said.safeParse(said).data?.detail ?? `asking ${server}: ${answer.status}`);
}
