// The publisher with the App's own identity.
import { join } from "node:path";
import { mkdir } from "node:fs/promises";
import { revokeToken } from "../io/app-github.ts";
import type { GitAuth } from "../io/git.ts";
import { statusOf } from "../io/github-error.ts";
import type { Repository } from "../job/job-spec.ts";
import { createPublisher, type Publisher } from "../publisher/publisher.ts";
import type { House } from "./assemble.ts";
import { cancelJob } from "./cancel-job.ts";
import { createProtectedPaths } from "../runner/gate/protected-paths.ts";
import { labelPrefix } from "./open-deliveries.ts";
import { decidedEvent, publishedEvent } from "./audit/audit-intent.ts";

/** Asks GitHub who the App is. Throws UserError or TransientError when it doesn't say. */
export async function openPublisher(house: House): Promise<Publisher> {
  const { config, artifacts, git, mirrors, probot, redactor, tokenFor, jobs, clock, log } = house;
  const { appId: id, login: botLogin } = await probot.self();
  const userId = await probot.app.userId(botLogin);
  const workRoot = join(config.DATA_ROOT, "publishing");
  await mkdir(workRoot, { recursive: true });
  return createPublisher({
    artifacts,
    github: (installationId) => probot.github(installationId),
    async writeToken(repository, { workflows }) {
      const auth = await (workflows ? workflowToken(repository) : tokenFor(repository, pushing));
      return { ...auth, revoke: () => revokeToken(config.github.apiUrl, auth.token) };
    },
    mirrors,
    git,
    hasVerifiedCommits: config.VERIFIED_COMMITS,
    originOf: () => config.github.origin,
    app: {
      id,
      slug: botLogin.replace(/\[bot\]$/, ""),
      botLogin,
      botEmail: `${userId}+${botLogin}@users.noreply.${config.github.host.replace(/:\d+$/, "")}`,
    },
    isProtected: (path, more) =>
      createProtectedPaths([...config.PROTECTED_PATHS, ...more])(path) !== undefined,
    mask: (text) => redactor.mask(text),
    async place(jobId) {
      const ahead = await jobs.position(jobId);
      return ahead === undefined ? undefined : { ahead, startsAt: await jobs.estimateStart(jobId) };
    },
    jobs: {
      state: async (jobId) => (await jobs.find(jobId))?.state,
      approve: (jobId, note) => jobs.approve(jobId, note),
      settle: (jobId, note) => jobs.settle(jobId, note),
      cancel: (jobId, note) => cancelJob(house, jobId, note),
    },
    trigger: config.TRIGGER,
    labelPrefix,
    publicUrl: config.PUBLIC_URL,
    artifactsRoot: config.ARTIFACTS_ROOT,
    workRoot,
    audit: (said) => house.audit.insist(publishedEvent(said)),
    auditDecided: (decided) => house.audit.insist(decidedEvent(decided)),
    log,
    clock,
  });

  /** Few Apps have this permission. Without it GitHub refuses the push, and says so better than we could. */
  async function workflowToken(repository: Repository): Promise<GitAuth> {
    try {
      return await tokenFor(repository, { ...pushing, workflows: "write" });
    } catch (error) {
      if (statusOf(error) !== 422) throw error;
      return tokenFor(repository, pushing);
    }
  }
}

const pushing = { contents: "write" } as const;
