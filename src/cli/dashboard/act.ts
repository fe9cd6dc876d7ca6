// What a button of the dashboard does: of a job from GitHub the same as the word there, by the same door, under the name
// of whoever has signed in; of a job of this machine the same as the gateway.
import type { DashboardOptions } from "../../api/dashboard/dashboard.ts";
import type { JobActions } from "../../api/job-routes.ts";
import type { ApiToken } from "../../api/token-file.ts";
import type { Answer, Asked } from "../../command/answer.ts";
import { permits } from "../../command/authorize.ts";
import { defaultPipeline } from "../../command/grammar.ts";
import type { Submit } from "../../command/submit.ts";
import type { Trigger } from "../../command/trigger.ts";
import { UserError } from "../../errors.ts";
import { newId } from "../../job/ids.ts";
import { type GitHubJob, isGitHubJob } from "../../job/job-spec.ts";
import type { House } from "../assemble.ts";
import { cancelJob } from "../cancel-job.ts";
import type { Installed, Person } from "./installed.ts";

type Act = DashboardOptions["act"];
type Action = Parameters<Act>[2];

interface Options {
  house: House;
  answer: Answer;
  installed: Pick<Installed, "permission">;
  /** Undefined where no project of this machine is named. */
  local: JobActions;
  submit: Submit;
}

/** The operator is known to nobody else; the gateway's decisions are told under this name. */
const operator: ApiToken = {
  id: "000000000000",
  name: "dashboard",
  sha256: "0".repeat(64),
  projects: ["*"],
  rights: ["read", "submit", "control", "approve"],
  created_at: "2026-01-01T00:00:00.000Z",
};

export function createAct({ house, answer, installed, local, submit }: Options): Act {
  const { clock, audit, config } = house;

  /** As if the person had written it under the issue: permission, agent.yml, audit log and answer are the comment's. */
  async function asPerson(person: Person, spec: GitHubJob, action: Action): Promise<void> {
    const permission = await installed.permission(person, spec.repository);
    if (!permits(permission, "write")) {
      const { owner, name } = spec.repository;
      throw new UserError(`this needs write permission on ${owner}/${name}, and you have ${permission}`);
    }
    await answer(triggerOf(person, spec, action.verb, clock()), () => askedFor(spec, action));
  }

  async function asOperator(spec: GitHubJob, { verb }: Action): Promise<void> {
    if (verb !== "cancel") {
      throw new UserError(
        `the job is GitHub's, where somebody's permission is known: sign in with GitHub, or write ${config.TRIGGER} ${verb} there`,
      );
    }
    await audit.insist({ kind: "job_cancelled", fields: { job_id: spec.job_id, token: operator.name } });
    const outcome = await cancelJob(house, spec.job_id, "cancelled by the operator");
    if (outcome === "finished" || outcome === "unknown") throw new UserError("the job has ended already");
  }

  return async (viewer, spec, action) => {
    if (isGitHubJob(spec)) {
      await (viewer.kind === "person" ? asPerson(viewer, spec, action) : asOperator(spec, action));
      return;
    }
    // Only the operator sees what has no repository.
    if (viewer.kind !== "operator") throw new UserError("this is for the operator");
    const { verb, from, sha256 } = action;
    switch (verb) {
      case "cancel":
      case "discard":
        return local.cancel(spec, operator);
      case "approve":
        return local.approve(spec, operator);
      case "apply":
        await local.apply(spec, operator, sha256);
        return;
      case "retry": {
        const given = { jobId: newId(), createdAt: clock().toISOString(), token: operator };
        await submit(await local.again(spec, { ...given, ...(from !== undefined && { from }) }));
      }
    }
  };
}

function triggerOf({ login, id }: Person, spec: GitHubJob, verb: string, now: Date): Trigger {
  const { repository, target } = spec;
  const at = now.toISOString();
  const inboxId = newId(now.getTime());
  const thread = target.kind === "review_thread" ? target.threads?.[0] : undefined;
  return {
    delivery: { inboxId, guid: `dashboard-${inboxId}`, receivedAt: at, event: "dashboard", action: verb },
    repository,
    archived: false,
    sender: { login, id, type: "User" },
    subject: {
      kind: target.kind === "issue" ? "issue" : "pull_request",
      number: target.number,
      title: target.title,
      body: target.body,
      author: target.author,
      open: true,
      locked: false,
      comments: 0,
    },
    text: `dashboard ${verb}`,
    ...(thread && { thread: { first: thread.comment_id } }),
    at,
  };
}

function askedFor({ job_id: job, base }: GitHubJob, { verb, from, sha256, label }: Action): Asked {
  const source = `dashboard ${verb}`;
  if (verb === "retry") {
    const again = { verb, job, ...(from !== undefined && { from }) };
    return {
      kind: "commands",
      commands: [{ again, pipeline: defaultPipeline, text: "", dryRun: false, source }],
    };
  }
  // Whoever presses has looked at this patch, or at this commit.
  const hash = verb === "approve" ? base.sha : verb === "apply" ? sha256 : undefined;
  return {
    kind: "commands",
    commands: [{ verb, job, ...(label && { label }), ...(hash !== undefined && { hash }), source }],
  };
}
