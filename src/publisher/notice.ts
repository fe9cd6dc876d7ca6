// One comment on a pull request that nobody has asked for, and that follows how things are.
import type { Intent } from "../job/intent.ts";
import type { PublisherDeps } from "./deps.ts";
import { placeToSpeak } from "./place-to-speak.ts";
import { fitMarkdown, maxCommentChars } from "./render/fit.ts";
import { noticeMarker } from "./render/marker.ts";
import type { Voice } from "./render/voice.ts";

/** Says it, or brings what was said up to date. What is no news is only said in place of an earlier word. */
export async function notice(
  deps: Pick<PublisherDeps, "github" | "app">,
  { repository, number, about, body, head_sha: head, isNews }: Extract<Intent, { kind: "notice" }>,
  voice: Voice,
): Promise<void> {
  const github = await deps.github(repository.installation_id);
  // Told late, or overtaken by a push: whoever looks at the newer head says what is so there.
  if (head !== undefined && (await github.pullRequest(repository, number)).head.sha !== head) return;
  const place = placeToSpeak(github, deps.app, { repository, number });
  const marker = noticeMarker(about);
  const { text } = fitMarkdown(body, maxCommentChars - marker.length - 1, voice);
  const whole = `${marker}\n${text}`;
  const [said] = await place.own(marker, new Date(0));
  if (said) {
    if (said.body !== whole) await place.update(said.id, whole);
  } else if (isNews) {
    await place.create(whole);
  }
}
