// Everything that was not compared with the real GitHub, in one place: the words of its errors, how it names a
// failed delivery, what it thinks of mergeability. A test that depends on one of these depends on a guess.
import { HttpError } from "./rest/http-error.ts";

const docs = "https://docs.github.com/rest";

function error(status: number, message: string, more: Record<string, unknown> = {}): HttpError {
  return new HttpError(status, { message, documentation_url: docs, status: String(status), ...more });
}

export const badCredentials = () => error(401, "Bad credentials");
export const requiresAuthentication = () => error(401, "Requires authentication");
export const badAppToken = () => error(401, "A JSON web token could not be decoded");
export const expiredAppToken = () =>
  error(401, "'Expiration time' claim ('exp') must be a numeric value representing a future time");
export const tooLongAppToken = () => error(401, "'Expiration time' claim ('exp') is too far in the future");
export const unknownIntegration = () => error(404, "Integration not found");
export const suspended = () => error(403, "This installation has been suspended");
export const notFound = () => error(404, "Not Found");
export const noCommit = (ref: string) => error(422, `No commit found for SHA: ${ref}`);
export const referenceMissing = () => error(422, "Reference does not exist");
export const referenceExists = () => error(422, "Reference already exists");
export const notFastForward = () => error(422, "Update is not a fast forward");
export const notAccessible = () => error(403, "Resource not accessible by integration");
export const mustBeApp = () => error(403, "You must authenticate via a GitHub App.");
export const archived = () => error(403, "Repository was archived so is read-only.");
export const locked = () => error(403, "Unable to create comment because issue is locked.");
export const workflowRefused = (file: string) =>
  error(
    403,
    `refusing to allow a GitHub App to create or update workflow \`${file}\` without \`workflows\` permission`,
  );
export const staleBranch = (expected: string) =>
  error(409, `Expected branch to point to "${expected}" but it did not. Pull and try again.`);

/** The type that GraphQL errors carry. */
export function graphqlErrorType({ status }: HttpError): string {
  if (status === 404) return "NOT_FOUND";
  if (status === 403 || status === 401) return "FORBIDDEN";
  return status === 409 ? "STALE_DATA" : "UNPROCESSABLE";
}
export const notMergeable = () => error(405, "Pull Request is not mergeable");
export const headModified = () => error(409, "Head branch was modified. Review and try the merge again.");
export const unprocessable = (message: string) => error(422, message);
export const tooManyPermissions = () =>
  error(422, "The permissions requested are not granted to this installation.");
export const unknownTokenRepositories = () =>
  error(
    422,
    "There is at least one repository that does not exist or is not accessible to the parent installation.",
  );
export const malformedJson = () => error(400, "Problems parsing JSON");
export const notServed = (route: string) =>
  error(404, `the stand-in does not serve ${route}: add it to demo/github/openapi/served.ts`);

/** A body that does not fit GitHub's own description. */
export const invalidRequest = (problems: readonly string[]) =>
  error(422, `Invalid request.\n\n${problems.join("\n")}`);

/** A body that fits the description but not the facts. */
export const validationFailed = (
  ...errors: { resource: string; field: string; code: string; message?: string }[]
) => error(422, "Validation Failed", { errors });

export const primaryRateLimit = () => error(403, "API rate limit exceeded for installation.");
export const secondaryRateLimit = () =>
  error(403, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.");
export const tooManyRequests = () =>
  error(429, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.");
export const refusal = (status: number, message: string) => error(status, message);
export const serverError = (status: number) => error(status, "Server Error");
export const invalidAnswer = (problems: readonly string[]) =>
  error(500, `the stand-in's own answer breaks GitHub's description: ${problems.join("; ")}`);

/** How the deliveries API names what became of a delivery. */
export const deliveryStatus = {
  answered: (code: number) => (code < 400 ? "OK" : `Invalid HTTP Response: ${code}`),
  timedOut: { status: "timed out", code: 504 },
  unreachable: { status: "failed to connect to host", code: 502 },
} as const;

/** GitHub computes mergeability in the background and first answers null; the stand-in knows at once. */
export function mergeableState(draft: boolean, conflictFree: boolean): string {
  if (!conflictFree) return "dirty";
  return draft ? "draft" : "clean";
}

/** What GitHub calls a comment's author in relation to the repository. */
export function authorAssociation(login: string, owner: string, role: string): string {
  if (login === owner) return "OWNER";
  return role === "none" || role === "read" ? "NONE" : "COLLABORATOR";
}

/** GitHub's answers to git's own requests. */
export const gitAnswers = {
  noCredentials: "Repository not found.\n",
  badCredentials: "remote: Invalid username or token.\n",
  notFound: "remote: Repository not found.\n",
  noWrite: (who: string, name: string) => `remote: Permission to ${name}.git denied to ${who}.\n`,
} as const;
