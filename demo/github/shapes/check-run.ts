// Check runs as REST and webhooks show them.
import type { CheckRun, Repository } from "../model/state.ts";
import { type PullIssue, type World, isPull, repositoryById } from "../model/world.ts";
import { appShape } from "./app.ts";
import { apiRoot, nodeId, repositoryApi, repositoryPage } from "./links.ts";
import { repositoryShape } from "./repository.ts";

function pullsAt(world: World, run: CheckRun): PullIssue[] {
  return world.state.issues
    .filter(isPull)
    .filter(
      (issue) =>
        issue.repository_id === run.repository_id &&
        issue.state === "open" &&
        issue.pull.head.sha === run.head_sha,
    );
}

function minimalPull(world: World, repository: Repository, issue: PullIssue) {
  const side = (end: PullIssue["pull"]["head"]) => {
    const { id, name, owner } = repositoryById(world, end.repository_id);
    return {
      ref: end.ref,
      sha: end.sha,
      repo: { id, name, url: `${apiRoot(world)}/repos/${owner}/${name}` },
    };
  };
  return {
    id: issue.id,
    number: issue.number,
    url: `${repositoryApi(world, repository)}/pulls/${issue.number}`,
    head: side(issue.pull.head),
    base: side(issue.pull.base),
  };
}

export function checkRunShape(world: World, run: CheckRun) {
  const repository = repositoryById(world, run.repository_id);
  const url = `${repositoryApi(world, repository)}/check-runs/${run.id}`;
  const html = `${repositoryPage(world, repository)}/runs/${run.id}`;
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId("CheckRun", run.id),
    head_sha: run.head_sha,
    external_id: run.external_id,
    url,
    html_url: html,
    details_url: run.details_url ?? html,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.started_at,
    completed_at: run.completed_at,
    output: {
      title: run.output.title,
      summary: run.output.summary,
      text: run.output.text,
      annotations_count: run.output.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: run.suite_id },
    app: appShape(world),
    pull_requests: pullsAt(world, run).map((issue) => minimalPull(world, repository, issue)),
  };
}

/** The form of the check_run webhook: with the suite. */
export function checkRunPayload(world: World, run: CheckRun) {
  const repository = repositoryById(world, run.repository_id);
  const shape = checkRunShape(world, run);
  const at = run.started_at ?? repository.created_at;
  return {
    ...shape,
    started_at: at,
    actions: run.actions,
    check_suite: {
      id: run.suite_id,
      node_id: nodeId("CheckSuite", run.suite_id),
      url: `${repositoryApi(world, repository)}/check-suites/${run.suite_id}`,
      head_branch: pullsAt(world, run)[0]?.pull.head.ref ?? repository.default_branch,
      head_sha: run.head_sha,
      status: run.status,
      conclusion: run.conclusion,
      before: null,
      after: run.head_sha,
      pull_requests: shape.pull_requests,
      app: shape.app,
      repository: repositoryShape(world, repository),
      created_at: at,
      updated_at: run.completed_at ?? at,
    },
  };
}
