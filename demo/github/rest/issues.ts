// Issues.
import { z } from "zod";
import type { Need } from "../app/permissions.ts";
import { changeIssue, openIssue } from "../actions/issues.ts";
import { dropLabels, putLabels } from "../actions/labels.ts";
import type { Issue } from "../model/state.ts";
import { issueOf } from "../model/world.ts";
import { issueShape } from "../shapes/issue.ts";
import { rendered } from "../shapes/rendered.ts";
import { type Call, type Endpoints, bodyAs, created, loginOf, numberParam, ok } from "./endpoint.ts";
import { page } from "./pages.ts";

/** Whatever is true for issues is true for pull requests with the other permission (docs: App permissions). */
export const readsConversation: Need[] = [{ issues: "read" }, { pull_requests: "read" }];
export const writesConversation: Need[] = [{ issues: "write" }, { pull_requests: "write" }];

/** The issue or pull request of the path; a plain issue needs the permission for issues. */
export function subject(call: Call, level: "read" | "write"): Issue {
  const issue = issueOf(call.world, call.repository(), numberParam(call, "issue_number"));
  requireFor(call, issue, level);
  return issue;
}

export function requireFor(call: Call, issue: Issue, level: "read" | "write"): void {
  if (issue.pull) call.require({ issues: level }, { pull_requests: level });
  else call.require({ issues: level });
}

const LabelNames = z.array(z.union([z.string(), z.looseObject({ name: z.string() })]));
const NewIssue = z.object({
  title: z.coerce.string(),
  body: z.string().nullish(),
  labels: LabelNames.optional(),
});
const IssueUpdate = z.object({
  title: z.coerce.string().optional(),
  body: z.string().nullish(),
  state: z.enum(["open", "closed"]).optional(),
  state_reason: z.enum(["completed", "not_planned", "reopened", "duplicate"]).nullish(),
  labels: LabelNames.optional(),
});

/** Names from GitHub's two ways of naming labels. */
export function labelNames(labels: z.infer<typeof LabelNames>): string[] {
  return labels.map((label) => (typeof label === "string" ? label : label.name));
}

function list(call: Call) {
  const { world, query } = call;
  const repository = call.repository();
  const state = query.get("state") ?? "open";
  const labels = (query.get("labels") ?? "").split(",").filter(Boolean);
  const since = query.get("since");
  const creator = query.get("creator");
  const found = world.state.issues.filter(
    (issue) =>
      issue.repository_id === repository.id &&
      (state === "all" || issue.state === state) &&
      labels.every((label) => issue.labels.includes(label)) &&
      (since === null || issue.updated_at >= since) &&
      (creator === null || issue.author === creator),
  );
  const sorted = query.get("direction") === "asc" ? found : found.toReversed();
  return page(call, sorted, (issue) => issueShape(world, repository, issue));
}

async function update(call: Call) {
  const { world } = call;
  const repository = call.repository();
  const issue = subject(call, "write");
  const wishes = bodyAs(call, IssueUpdate);
  const login = loginOf(call);
  if (wishes.labels) {
    const names = labelNames(wishes.labels);
    const gone = issue.labels.filter((name) => !names.includes(name));
    await dropLabels(world, repository, issue, gone, login);
    await putLabels(world, repository, issue, names, login);
  }
  const { title, body, state, state_reason: stateReason } = wishes;
  await changeIssue(world, repository, issue, { title, body, state, stateReason }, login);
  return ok(issueShape(world, repository, issue));
}

export const issueEndpoints: Endpoints = {
  "GET /repos/{owner}/{repo}/issues": { who: readsConversation, handle: list },
  "POST /repos/{owner}/{repo}/issues": {
    who: [{ issues: "write" }],
    handle: async (call) => {
      const { title, body, labels } = bodyAs(call, NewIssue);
      const repository = call.repository();
      const issue = await openIssue(call.world, repository, {
        title,
        body: body ?? null,
        author: loginOf(call),
        labels: labelNames(labels ?? []),
      });
      const shape = issueShape(call.world, repository, issue);
      return { ...created(shape), headers: { location: shape.url } };
    },
  },
  "GET /repos/{owner}/{repo}/issues/{issue_number}": {
    who: readsConversation,
    handle: (call) => {
      const issue = subject(call, "read");
      const shape = issueShape(call.world, call.repository(), issue);
      return ok({ ...shape, ...rendered(call.world, call.accept, issue.body) });
    },
  },
  "PATCH /repos/{owner}/{repo}/issues/{issue_number}": { who: writesConversation, handle: update },
};
