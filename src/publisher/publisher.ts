// Everything that Patchbay writes on GitHub goes through here, one intent at a time for each job.
import { UserError } from "../errors.ts";
import type { GitHubIntent } from "../job/intent.ts";
import type { GitHubJob } from "../job/job-spec.ts";
import { approve } from "./approve.ts";
import { cancel } from "./cancel.ts";
import type { Decide } from "./decided.ts";
import type { PublisherDeps } from "./deps.ts";
import { discard } from "./discard.ts";
import { progress } from "./progress.ts";
import { publish } from "./publish.ts";
import { release } from "./release.ts";
import { notice } from "./notice.ts";
import { reply } from "./reply.ts";
import { createSigns, type OfJob } from "./signs/signs.ts";
import { createVoice, type Voice } from "./render/voice.ts";

export interface Publisher {
  /**
   * Carries out one intent; doing it again changes nothing. To be called by whoever holds the intent's outbox
   * ticket, so that calls for one job never overlap. Throws TransientError when the intent is to be repeated, and
   * UserError when GitHub refuses for good to let Patchbay speak.
   */
  carryOut(intent: GitHubIntent): Promise<void>;
}

export function createPublisher(deps: PublisherDeps): Publisher {
  function voiceOf(host: string): Voice {
    const { mask, publicUrl, artifactsRoot, trigger } = deps;
    return createVoice({ mask, host, publicUrl, artifactsRoot, trigger });
  }
  const voiceFor = (spec: GitHubJob): Voice => voiceOf(spec.repository.host);
  const showSigns = createSigns(deps, voiceFor);

  /** Also where the comment is refused for good: then they are all that is shown. */
  async function withSigns(intent: OfJob, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof UserError) await showSigns(intent);
      throw error;
    }
    await showSigns(intent);
  }

  return {
    async carryOut(intent) {
      switch (intent.kind) {
        case "react": {
          const github = await deps.github(intent.repository.installation_id);
          await github.react(intent.repository, intent.subject, intent.content);
          return;
        }
        case "reply":
          return reply(deps, intent, voiceOf(intent.repository.host));
        case "notice":
          return notice(deps, intent, voiceOf(intent.repository.host));
        case "progress":
          return withSigns(intent, () => progress(deps, intent, voiceFor));
        case "publish":
          return withSigns(intent, () => publish(deps, intent, voiceFor));
        case "decide":
          return withSigns(intent, () => decide(deps, intent, voiceFor));
      }
    },
  };
}

async function decide(
  deps: PublisherDeps,
  intent: Decide,
  voiceFor: (spec: GitHubJob) => Voice,
): Promise<void> {
  switch (intent.decision) {
    case "apply":
      return release(deps, intent, voiceFor);
    case "discard":
      return discard(deps, intent, voiceFor);
    case "approve":
      return approve(deps, intent, voiceFor);
    case "cancel":
      return cancel(deps, intent);
  }
}
