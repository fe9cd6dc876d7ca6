// The publisher with the App's own identity.
import { join } from "node:path";
import { mkdir } from "node:fs/promises";
import { revokeToken } from "../io/app-github.ts";
import { createPublisher, type Publisher } from "../publisher/publisher.ts";
import type { House } from "./assemble.ts";
import { publishedEvent } from "./audit/audit-intent.ts";

/** Asks GitHub who the App is. Throws UserError or TransientError when it doesn't say. */
export async function openPublisher(house: House): Promise<Publisher> {
  const { config, artifacts, git, mirrors, probot, redactor, tokenFor, jobs, clock } = house;
  const { appId: id, login: botLogin } = await probot.self();
  const userId = await probot.app.userId(botLogin);
  const workRoot = join(config.DATA_ROOT, "publishing");
  await mkdir(workRoot, { recursive: true });
  return createPublisher({
    artifacts,
    github: (installationId) => probot.github(installationId),
    async writeToken(repository) {
      const { token } = await tokenFor(repository, { contents: "write" });
      return { token, revoke: () => revokeToken(config.github.apiUrl, token) };
    },
    mirrors,
    git,
    originOf: () => config.github.origin,
    app: {
      id,
      slug: botLogin.replace(/\[bot\]$/, ""),
      botLogin,
      botEmail: `${userId}+${botLogin}@users.noreply.${config.github.host.replace(/:\d+$/, "")}`,
    },
    mask: (text) => redactor.mask(text),
    async place(jobId) {
      const ahead = await jobs.position(jobId);
      return ahead === undefined ? undefined : { ahead, startsAt: await jobs.estimateStart(jobId) };
    },
    publicUrl: config.PUBLIC_URL,
    artifactsRoot: config.ARTIFACTS_ROOT,
    workRoot,
    audit: (said) => house.audit.insist(publishedEvent(said)),
    clock,
  });
}
