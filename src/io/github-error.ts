// What GitHub's refusals mean: try again, or tell a person.
import { z } from "zod";
import { TransientError, UserError } from "../errors.ts";

/** The parts of Octokit's RequestError that decide. */
const RequestFailure = z.object({
  status: z.number(),
  message: z.string(),
  response: z
    .object({
      headers: z.record(z.string(), z.unknown()),
      data: z.unknown(),
    })
    .optional(),
});

type RequestFailure = z.infer<typeof RequestFailure>;

/** The parts of Octokit's GraphqlResponseError that decide: GraphQL answers 200 when it refuses. */
const GraphqlFailure = z.object({
  errors: z.array(z.object({ type: z.string().optional(), message: z.string() })).min(1),
  headers: z.record(z.string(), z.unknown()),
});

/** What REST would have answered. GitHub publishes no list of these types; one without a type is an accident of theirs. */
const statusOfType: Record<string, number> = {
  NOT_FOUND: 404,
  FORBIDDEN: 403,
  INSUFFICIENT_SCOPES: 403,
  RATE_LIMITED: 429,
  STALE_DATA: 409,
  UNPROCESSABLE: 422,
};

function failureOf(cause: unknown): RequestFailure | undefined {
  const failure = RequestFailure.safeParse(cause);
  if (failure.success) return failure.data;
  const refusal = GraphqlFailure.safeParse(cause);
  const [first] = refusal.data?.errors ?? [];
  if (!refusal.success || !first) return undefined;
  const status = first.type === undefined ? 500 : (statusOfType[first.type] ?? 422);
  return { status, message: first.message, response: { headers: refusal.data.headers, data: undefined } };
}

/** The HTTP status behind an error of this room, or undefined. */
export function statusOf(error: unknown): number | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const failure = failureOf(at);
    if (failure) return failure.status;
  }
  return undefined;
}

/**
 * Names the action that failed. 5xx, 429, rate limits and broken connections become TransientError; what a
 * person must mend becomes UserError; an answer of an unknown shape stays a bug.
 *
 * https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
 */
export function asGitHubError(action: string, cause: unknown): Error {
  if (cause instanceof z.ZodError)
    return new Error(`${action}: GitHub's answer has another shape`, { cause });
  const failure = failureOf(cause);
  if (!failure) return new TransientError(`${action}: no answer from GitHub`, { cause });
  const { status, response, message } = failure;
  const retryAfterMs = waitMs(response?.headers ?? {});
  const limited = status === 429 || (status === 403 && /rate limit|abuse/i.test(message));
  if (limited) {
    return new TransientError(`${action}: GitHub's rate limit`, {
      cause,
      code: "rate_limited",
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
  // Octokit reports a connection that never got an answer as status 500 without a response.
  if (status >= 500) return new TransientError(`${action}: GitHub answered ${status}`, { cause });
  return new UserError(
    `${action}: GitHub answered ${status} ${remedy(status, message, response?.headers ?? {})}`,
    {
      cause,
      code: "github",
    },
  );
}

function remedy(status: number, message: string, headers: Record<string, unknown>): string {
  const said = message.split(" - https://")[0]?.slice(0, 300) ?? "";
  switch (status) {
    case 401:
      return `(${said}); check APP_ID and PRIVATE_KEY`;
    case 403:
      return `(${said}); ${remedyOfRefusal(message, headers)}`;
    case 404:
    case 410:
      return `(${said}); it is gone, or the App is not installed there`;
    default:
      return `(${said})`;
  }
}

function remedyOfRefusal(message: string, headers: Record<string, unknown>): string {
  if (/\barchived\b/i.test(message)) return "unarchive the repository in its settings";
  if (/\blocked\b/i.test(message)) return "unlock the conversation";
  if (/\bsuspended\b/i.test(message)) return "an owner can unsuspend the App in the account's settings";
  const needed = acceptedPermissions(headers);
  return `give the App ${needed ?? "this permission"} in its settings and accept it on the installation`;
}

/**
 * Which permission would do, such as "the permission issues: write"; undefined when GitHub doesn't say.
 * https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#resource-not-accessible
 */
function acceptedPermissions(headers: Record<string, unknown>): string | undefined {
  const header = z.string().catch("").parse(headers["x-accepted-github-permissions"]);
  if (!/^[a-z_]+=[a-z]+(?:[,;] ?[a-z_]+=[a-z]+)*$/.test(header)) return undefined;
  const ways = header.split(/; ?/).map((way) => way.replaceAll("=", ": ").replaceAll(/, ?/g, " and "));
  return `the permission ${ways.join(" or ")}`;
}

function waitMs(headers: Record<string, unknown>): number | undefined {
  const seconds = Number(headers["retry-after"] ?? Number.NaN);
  if (Number.isFinite(seconds)) return seconds * 1000;
  if (headers["x-ratelimit-remaining"] !== "0") return undefined;
  const resetAt = Number(headers["x-ratelimit-reset"] ?? Number.NaN);
  return Number.isFinite(resetAt) ? Math.max(0, resetAt * 1000 - Date.now()) : undefined;
}
