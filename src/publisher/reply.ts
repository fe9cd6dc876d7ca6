// A single answer to a command that makes no job.
import { UserError } from "../errors.ts";
import type { Intent } from "../job/intent.ts";
import { askedBy } from "./asked-by.ts";
import type { PublisherDeps, PublisherGitHub } from "./deps.ts";
import { orInConversation } from "./place-to-speak.ts";
import { fitMarkdown, maxCommentChars } from "./render/fit.ts";
import { replyMarker } from "./render/marker.ts";
import type { Voice } from "./render/voice.ts";

/** GitHub redelivers within 3 days, and Patchbay remembers a delivery for 7: nothing older can be repeated. */
const repeatableMs = 7 * 24 * 60 * 60 * 1000;

/** Posts the answer unless it is there already. Throws UserError when GitHub lets nobody comment there. */
export async function reply(
  deps: Pick<PublisherDeps, "github" | "app" | "clock">,
  intent: Extract<Intent, { kind: "reply" }>,
  voice: Voice,
): Promise<void> {
  const { repository, number, thread } = intent;
  const github = await deps.github(repository.installation_id);
  const marker = replyMarker(intent.marker);
  const since = new Date(deps.clock().getTime() - repeatableMs);
  const { text } = fitMarkdown(intent.body, maxCommentChars - marker.length - 1, voice);
  try {
    await orInConversation(github, deps.app, { repository, number, thread }, async (place) => {
      const [said] = await place.own(marker, since);
      if (!said) await place.create(`${marker}\n${text}`);
    });
  } catch (error) {
    if (error instanceof UserError) await shrug(github, intent);
    throw error;
  }
}

/** Where nobody may comment (a locked conversation, say) a reaction at least tells that it was seen. */
async function shrug(
  github: Pick<PublisherGitHub, "react">,
  intent: Extract<Intent, { kind: "reply" }>,
): Promise<void> {
  try {
    await github.react(intent.repository, askedBy(intent), "confused");
  } catch (error) {
    // Nothing can be shown there; what is thrown on says so in the log.
    if (!(error instanceof UserError)) throw error;
  }
}
