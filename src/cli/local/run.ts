// `patchbay run "goal" --repo .`: a job on a repository of this machine, without GitHub.
import { basename } from "node:path";
import { UserError } from "../../errors.ts";
import { newId } from "../../job/ids.ts";
import { JobSpec } from "../../job/job-spec.ts";
import { builtInPipelines } from "../../job/pipelines.ts";
import type { JobResult } from "../../job/result.ts";
import { Verify } from "../../job/verify.ts";
import { CancelRequested } from "../../queue/contract.ts";
import { oneLine, readable } from "../../publisher/render/fence.ts";
import { runJob } from "../../runner/run-job.ts";
import { readEnvironmentAnywhere } from "../environment.ts";
import { openRunner } from "../open-runner.ts";
import { openSessions } from "../open-sessions.ts";
import { openRooms, type Rooms } from "../rooms.ts";
import { makeBranch } from "./branch.ts";
import { ownClaim } from "./claim.ts";
import { readJobFile } from "./read-job-file.ts";
import { createProgressLines } from "./progress.ts";
import { type LocalRepository, openLocalRepository } from "./repository.ts";

export interface RunOptions {
  repo: string;
  job?: string;
  pipeline: string;
  agent?: string;
  model?: string;
  continue?: string;
  verify: string[];
  apply?: boolean;
  json?: boolean;
  verbose?: boolean;
  envFile?: string;
}

/**
 * Runs one job to its end and says what came of it. Exit status: 0 success, 1 failed, 2 the patch is held, 130
 * cancelled. Ctrl-C cancels; a second one goes at once. Throws UserError for what can't be begun.
 */
export async function runLocally(goal: string | undefined, options: RunOptions): Promise<void> {
  const config = readEnvironmentAnywhere(options.envFile);
  const handoff = config.DEFAULT_ARTIFACT_HANDOFF;
  const file = options.job === undefined ? undefined : await readJobFile(options.job, { handoff });
  if ((file === undefined) === (goal === undefined)) {
    throw new UserError('say what is wanted: patchbay run "goal", or patchbay run --job FILE');
  }
  const rooms = await openRooms({ ...config, LOG_LEVEL: options.verbose ? config.LOG_LEVEL : "error" });
  try {
    const repository = await openLocalRepository({ git: rooms.git, path: config.trustedPath }, options.repo);
    const spec = file
      ? specOfFile(file.spec, options, repository)
      : specFor(goal ?? "", { ...options, handoff }, repository);
    const say = (text: string): void => {
      if (!options.json) console.log(text);
    };
    say(
      `${basename(repository.folder)} at ${repository.base.sha.slice(0, 12)} (${repository.base.ref}), job ${spec.job_id}`,
    );
    for (const warning of file?.warnings ?? []) say(`! ${warning}`);
    if (repository.isDirty) say("! what is not committed yet is not part of it");

    const result = await runOne(rooms, spec, repository, createProgressLines(say));
    if (options.json) console.log(JSON.stringify(result, undefined, 2));
    else await tell(rooms, result);
    if (options.apply && result.patch && result.status === "success") {
      const branch = await makeBranch(rooms, { spec, result, repository });
      say(
        `\nOn the branch ${branch}; look at it with: git diff ${repository.base.sha.slice(0, 12)} ${branch}`,
      );
    }
    process.exitCode = exitCodes[result.status] ?? 1;
    // No server is there that would do it.
    await openSessions(config).forget(new Date(Date.now() - config.WORKSPACES_TTL_SEC * 1000));
  } finally {
    await rooms.close();
  }
}

const exitCodes: Partial<Record<JobResult["status"], number>> = {
  success: 0,
  needs_human: 2,
  cancelled: 130,
};

/** What a file says, on this repository. */
function specOfFile(
  spec: JobSpec,
  { agent, model, verify }: RunOptions,
  { base, folder }: LocalRepository,
): JobSpec {
  const { repository: _elsewhere, target: _issue, ...rest } = spec;
  return {
    ...rest,
    project_id: basename(folder).slice(0, 128),
    workdir: folder,
    base,
    ...verifyBy(verify),
    steps: spec.steps.map((step) => ({ ...step, agent: agent ?? step.agent, model: model ?? step.model })),
  };
}

function verifyBy(commands: string[]): Pick<JobSpec, "verify"> {
  if (commands.length === 0) return {};
  const parsed = Verify.safeParse({ run: commands });
  if (parsed.success) return { verify: parsed.data };
  throw new UserError(`--verify: ${parsed.error.issues.map(({ message }) => message).join("; ")}`);
}

function specFor(
  goal: string,
  options: RunOptions & { handoff: JobSpec["artifact_handoff"] },
  { base, folder }: LocalRepository,
): JobSpec {
  const pipeline = builtInPipelines.find(({ name }) => name === options.pipeline);
  if (!pipeline) {
    const known = builtInPipelines.map(({ name }) => name).join(", ");
    throw new UserError(`--pipeline: there is no "${options.pipeline}"; known are ${known}`);
  }
  const parsed = JobSpec.safeParse({
    schema_version: "2.0",
    job_id: newId(),
    created_at: new Date().toISOString(),
    source: { type: "manual" },
    goal,
    project_id: basename(folder).slice(0, 128),
    workdir: folder,
    base,
    artifact_handoff: options.handoff,
    ...verifyBy(options.verify),
    ...(options.continue === undefined ? {} : { follows: options.continue }),
    pipeline: pipeline.name,
    // No narrowing: what the operator allows.
    policy: { network: "allow" },
    steps: pipeline.steps.map((step) => ({
      ...step,
      agent: options.agent ?? step.agent,
      model: options.model ?? step.model,
    })),
  });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new UserError(`the job is not valid: ${problems.join("; ")}`, { cause: parsed.error });
}

async function runOne(
  rooms: Rooms,
  spec: JobSpec,
  repository: LocalRepository,
  progress: ReturnType<typeof createProgressLines>,
): Promise<JobResult> {
  const cancel = new AbortController();
  const onSignal = (): void => {
    if (cancel.signal.aborted) process.exit(130);
    cancel.abort(new CancelRequested("cancelled at the terminal"));
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  const deps = await openRunner(rooms, {
    fetchBase: ({ job_id: jobId }, signal) =>
      rooms.mirrors.fetchLocal(repository.folder, repository.base.sha, jobId, signal),
    // Nobody but this terminal is told.
    outbox: {
      async enqueue({ payload }) {
        const state = "job_id" in payload ? await rooms.artifacts.readState(payload.job_id) : undefined;
        if (state) progress(state);
        return "queued";
      },
    },
  });
  try {
    await deps.audit({ kind: "job_started", spec, epoch: 1, attempt: 1 });
    const result = await runJob(deps, ownClaim(spec, cancel.signal), {
      signal: cancel.signal,
      lastTry: true,
    });
    await deps.audit({ kind: "job_ended", result, epoch: 1 });
    return result;
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

async function tell({ artifacts }: Rooms, result: JobResult): Promise<void> {
  const folder = artifacts.jobFolder(result.job_id);
  const report = await artifacts.readText(result.job_id, "report.md", 1_000_000);
  if (report) console.log(`\n${readable(report).trimEnd()}`);
  const warnings = [...result.warnings, ...result.steps.flatMap((step) => step.warnings)];
  for (const warning of new Set(warnings)) console.log(`! ${oneLine(warning)}`);
  if (result.error) console.log(`\n${result.status}: ${oneLine(result.error.message)}`);
  const { patch } = result;
  const changed = patch ? `${patch.files} ${patch.files === 1 ? "file" : "files"} changed` : "no change";
  console.log(`\n${changed}; everything about it: ${folder}`);
}
