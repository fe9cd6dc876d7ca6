// Labels of repositories, issues and pull requests.
import { z } from "zod";
import { dropLabels, ensureLabel, findLabel, putLabels } from "../actions/labels.ts";
import { notFound, validationFailed } from "../guesses.ts";
import { issueLabels, labelShape } from "../shapes/issue.ts";
import { type Call, type Endpoints, bodyAs, created, loginOf, ok, param } from "./endpoint.ts";
import { labelNames, readsConversation, subject, writesConversation } from "./issues.ts";
import { page } from "./pages.ts";

const Names = z.array(z.union([z.string(), z.looseObject({ name: z.string() })]));
/** GitHub takes the names bare or in an object. */
const NewNames = z.union([Names, z.string(), z.object({ labels: Names.optional() })]);
const NewLabel = z.object({
  name: z.string(),
  color: z.string().optional(),
  description: z.string().nullish(),
});

function wantedNames(call: Call): string[] {
  const wishes = bodyAs(call, NewNames);
  if (typeof wishes === "string") return [wishes];
  return labelNames(Array.isArray(wishes) ? wishes : (wishes.labels ?? []));
}

export const labelEndpoints: Endpoints = {
  "GET /repos/{owner}/{repo}/labels": {
    who: readsConversation,
    handle: (call) =>
      page(call, call.repository().labels, (label) => labelShape(call.world, call.repository(), label)),
  },
  "POST /repos/{owner}/{repo}/labels": {
    who: writesConversation,
    handle: (call) => {
      const { name, ...look } = bodyAs(call, NewLabel);
      const repository = call.repository();
      if (findLabel(repository, name)) {
        throw validationFailed({ resource: "Label", field: "name", code: "already_exists" });
      }
      return created(labelShape(call.world, repository, ensureLabel(call.world, repository, name, look)));
    },
  },
  "GET /repos/{owner}/{repo}/labels/{name}": {
    who: readsConversation,
    handle: (call) => {
      const label = findLabel(call.repository(), param(call, "name"));
      if (!label) throw notFound();
      return ok(labelShape(call.world, call.repository(), label));
    },
  },
  "GET /repos/{owner}/{repo}/issues/{issue_number}/labels": {
    who: readsConversation,
    handle: (call) =>
      page(call, issueLabels(call.world, call.repository(), subject(call, "read")), (label) => label),
  },
  "POST /repos/{owner}/{repo}/issues/{issue_number}/labels": {
    who: writesConversation,
    handle: async (call) => {
      const issue = subject(call, "write");
      await putLabels(call.world, call.repository(), issue, wantedNames(call), loginOf(call));
      return ok(issueLabels(call.world, call.repository(), issue));
    },
  },
  "PUT /repos/{owner}/{repo}/issues/{issue_number}/labels": {
    who: writesConversation,
    handle: async (call) => {
      const issue = subject(call, "write");
      const names = wantedNames(call);
      const gone = issue.labels.filter((name) => !names.includes(name));
      await dropLabels(call.world, call.repository(), issue, gone, loginOf(call));
      await putLabels(call.world, call.repository(), issue, names, loginOf(call));
      return ok(issueLabels(call.world, call.repository(), issue));
    },
  },
  "DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}": {
    who: writesConversation,
    handle: async (call) => {
      const issue = subject(call, "write");
      const label = findLabel(call.repository(), param(call, "name"));
      if (!label || !issue.labels.includes(label.name)) throw notFound();
      await dropLabels(call.world, call.repository(), issue, [label.name], loginOf(call));
      return ok(issueLabels(call.world, call.repository(), issue));
    },
  },
};
