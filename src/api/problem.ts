// What went wrong, as RFC 9457 has it: application/problem+json that names the field.
import type { Context } from "hono";

interface FieldProblem {
  /** The field's path, such as `steps.0.agent`. */
  field: string;
  detail: string;
}

export interface ProblemDetails {
  status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 429 | 500 | 503;
  detail: string;
  errors?: FieldProblem[];
  headers?: Record<string, string>;
}

const titles: Record<ProblemDetails["status"], string> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** A request that is answered with a problem. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly details: ProblemDetails;
  constructor(details: ProblemDetails) {
    super(details.detail);
    this.details = details;
  }
}

/** The one answer for what isn't there and for what isn't the asker's. */
export const notFound = (what: string): Problem =>
  new Problem({ status: 404, detail: `there is no such ${what}` });

/** 422 with each field; a problem is `field: what is wrong`. */
export function invalidFields(problems: readonly string[]): Problem {
  const errors = problems.map((problem) => {
    const [, field = "", detail = problem] = /^([^\s:]*): ([\s\S]*)$/.exec(problem) ?? [];
    return { field, detail };
  });
  return new Problem({ status: 422, detail: `not valid: ${problems.slice(0, 5).join("; ")}`, errors });
}

export function problemResponse(c: Context, { status, detail, errors, headers }: ProblemDetails): Response {
  const body = { type: "about:blank", title: titles[status], status, detail, ...(errors && { errors }) };
  return c.json(body, status, { "Content-Type": "application/problem+json", ...headers });
}
