// Check runs: made and moved by the App, started again and given orders by people.
import { noCommit, notFound, validationFailed } from "../guesses.ts";
import type { CheckRun, Repository } from "../model/state.ts";
import { type World, botLogin, gitOf, nextId, now } from "../model/world.ts";
import { checkRunPayload } from "../shapes/check-run.ts";
import { emit } from "../webhooks/emit.ts";

export interface CheckWishes {
  name?: string | undefined;
  status?: CheckRun["status"] | undefined;
  conclusion?: string | undefined;
  started_at?: string | undefined;
  completed_at?: string | undefined;
  external_id?: string | undefined;
  details_url?: string | undefined;
  output?: {
    title?: string | undefined;
    summary?: string | undefined;
    text?: string | undefined;
    annotations?: CheckRun["output"]["annotations"] | undefined;
  };
  actions?: CheckRun["actions"] | undefined;
  log?: string | undefined;
}

export function checkRunOf(world: World, repository: Repository, id: number): CheckRun {
  const { check_runs: runs } = world.state;
  const found = runs.find((one) => one.repository_id === repository.id && one.id === id);
  if (!found) throw notFound();
  return found;
}

/** Makes a check run on a commit. Throws GitHub's 422 for a commit that the repository does not have. */
export async function createCheckRun(
  world: World,
  repository: Repository,
  headSha: string,
  wishes: CheckWishes,
): Promise<CheckRun> {
  const sha = await gitOf(world, repository).resolve(headSha);
  if (sha === null) throw noCommit(headSha);
  const sibling = world.state.check_runs.find(
    (one) => one.repository_id === repository.id && one.head_sha === sha,
  );
  const run: CheckRun = {
    id: nextId(world),
    repository_id: repository.id,
    suite_id: sibling?.suite_id ?? nextId(world),
    name: wishes.name ?? "",
    head_sha: sha,
    status: "queued",
    conclusion: null,
    started_at: wishes.started_at ?? now(world),
    completed_at: null,
    external_id: "",
    details_url: null,
    output: { title: null, summary: null, text: null, annotations: [] },
    log: wishes.log ?? null,
    actions: [],
  };
  apply(world, run, wishes);
  world.state.check_runs.push(run);
  tell(world, repository, run, "created", {});
  if (run.status === "completed") tell(world, repository, run, "completed", {});
  return run;
}

export function updateCheckRun(
  world: World,
  repository: Repository,
  run: CheckRun,
  wishes: CheckWishes,
): void {
  const before = run.status;
  apply(world, run, wishes);
  if (before !== "completed" && run.status === "completed") tell(world, repository, run, "completed", {});
}

/** Someone pressed "Re-run". */
export function rerequest(world: World, repository: Repository, run: CheckRun, sender: string): void {
  tell(world, repository, run, "rerequested", {}, sender);
}

/** Someone pressed one of the buttons that the App put there. */
export function requestAction(
  world: World,
  repository: Repository,
  run: CheckRun,
  identifier: string,
  sender: string,
): void {
  if (!run.actions.some((action) => action.identifier === identifier)) throw notFound();
  tell(world, repository, run, "requested_action", { requested_action: { identifier } }, sender);
}

function apply(world: World, run: CheckRun, wishes: CheckWishes): void {
  const { output, actions, status, conclusion } = wishes;
  if (wishes.name !== undefined) run.name = wishes.name;
  if (wishes.external_id !== undefined) run.external_id = wishes.external_id;
  if (wishes.details_url !== undefined) run.details_url = wishes.details_url;
  if (wishes.started_at !== undefined) run.started_at = wishes.started_at;
  if (output) {
    run.output.title = output.title ?? run.output.title;
    run.output.summary = output.summary ?? run.output.summary;
    run.output.text = output.text ?? run.output.text;
    run.output.annotations.push(...(output.annotations ?? []));
  }
  if (actions) run.actions = actions;
  if (status === "completed" && conclusion === undefined && run.conclusion === null) {
    throw validationFailed({ resource: "CheckRun", field: "conclusion", code: "missing_field" });
  }
  if (status !== undefined) run.status = status;
  if (conclusion !== undefined) {
    run.conclusion = conclusion;
    run.status = "completed";
  } else if (status !== undefined && status !== "completed") run.conclusion = null;
  run.completed_at =
    run.status === "completed" ? (wishes.completed_at ?? run.completed_at ?? now(world)) : null;
}

function tell(
  world: World,
  repository: Repository,
  run: CheckRun,
  action: string,
  more: Record<string, unknown>,
  sender = botLogin(world),
): void {
  emit(world, "check_run", action, repository, sender, { check_run: checkRunPayload(world, run), ...more });
}
