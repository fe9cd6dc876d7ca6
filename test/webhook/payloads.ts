// Payloads of the handled events on acme/shop, as GitHub sends them, to be varied.
const repository = {
  name: "shop",
  full_name: "acme/shop",
  owner: { login: "acme", id: 1, type: "Organization" },
  default_branch: "main",
  archived: false,
};

const ann = { login: "ann", id: 2, type: "User" };

const issue = {
  number: 12,
  title: "Login test is flaky",
  body: "It fails on Mondays.",
  user: { login: "bob", id: 3, type: "User" },
  state: "open",
  locked: false,
  comments: 1,
  updated_at: "2026-01-02T03:04:00Z",
};

type Parts = Partial<Record<"repository" | "issue" | "comment" | "review", object>> & Record<string, unknown>;

/** issue_comment.created. */
export function commentPayload(body: string, over: Parts = {}): object {
  const { comment, issue: other, ...rest } = over;
  return {
    action: "created",
    repository,
    sender: ann,
    installation: { id: 5 },
    ...rest,
    issue: { ...issue, ...other },
    comment: { id: 1000, body, user: ann, created_at: "2026-01-02T03:04:00Z", ...comment },
  };
}

/** issues.labeled. */
export function issueLabelPayload(label: string, over: Record<string, unknown> = {}): object {
  return {
    action: "labeled",
    repository,
    sender: ann,
    installation: { id: 5 },
    issue,
    label: { name: label },
    ...over,
  };
}

/** pull_request.labeled. */
export function pullLabelPayload(label: string, over: Record<string, unknown> = {}): object {
  return {
    action: "labeled",
    repository,
    sender: ann,
    installation: { id: 5 },
    pull_request: { ...issue, title: "A change" },
    label: { name: label },
    ...over,
  };
}

/** check_run.requested_action. */
export function buttonPayload(identifier: string, jobId: string, over: Record<string, unknown> = {}): object {
  return {
    action: "requested_action",
    repository,
    sender: ann,
    installation: { id: 5 },
    check_run: { id: 40, external_id: jobId, pull_requests: [{ number: 12 }] },
    requested_action: { identifier },
    ...over,
  };
}

/** pull_request_review_comment.created. */
export function reviewCommentPayload(body: string, over: Parts = {}): object {
  const { comment, ...rest } = over;
  return {
    action: "created",
    repository,
    sender: ann,
    installation: { id: 5 },
    pull_request: { ...issue, title: "A change" },
    ...rest,
    comment: {
      id: 1000,
      in_reply_to_id: 900,
      body,
      user: ann,
      created_at: "2026-01-02T03:04:00Z",
      ...comment,
    },
  };
}

/** pull_request_review.submitted. */
export function reviewPayload(body: string | null, over: Parts = {}): object {
  const { review, ...rest } = over;
  return {
    action: "submitted",
    repository,
    sender: ann,
    installation: { id: 5 },
    pull_request: { ...issue, title: "A change" },
    ...rest,
    review: { id: 70, body, user: ann, submitted_at: "2026-01-02T03:04:00Z", ...review },
  };
}
