// The one comment of a job: created once, edited in place, never doubled.
import { createHash } from "node:crypto";
import { statusOf } from "../io/github-error.ts";
import type { GitHubJob } from "../job/job-spec.ts";
import type { PublisherDeps, PublisherGitHub } from "./deps.ts";
import { orInConversation, type PlaceToSpeak, placeToSpeak, type Post } from "./place-to-speak.ts";
import type { JobRecord } from "./record.ts";
import { jobMarker } from "../job/job-marker.ts";

export interface Speaker {
  /**
   * Makes `body` what the job's comment says. Asks GitHub for nothing when it says so already. A comment that
   * somebody deleted is left deleted unless `insist`.
   */
  say(body: string, insist: boolean): Promise<void>;
  /** Deletes comments of ours besides the recorded one, which a create without an answer may have left. */
  reconcile(): Promise<void>;
}

/** A job that was asked for in a review thread speaks there, any other in the conversation. */
export function createSpeaker(
  deps: Pick<PublisherDeps, "app">,
  job: { spec: GitHubJob; github: PublisherGitHub; record: JobRecord },
): Speaker {
  const { spec, github, record } = job;
  const { repository, target } = spec;
  const { number } = target;
  const asked = target.kind === "review_thread" ? target.threads?.[0]?.comment_id : undefined;

  function find(place: PlaceToSpeak): Promise<Post[]> {
    return place.own(jobMarker(spec.job_id), new Date(spec.created_at));
  }

  /** Where the recorded comment stands. */
  function knownPlace(): PlaceToSpeak {
    const thread = record.publication.comment?.thread;
    return placeToSpeak(github, deps.app, { repository, number, thread });
  }

  async function noteComment({ thread }: PlaceToSpeak, post: Post, bodySha256: string): Promise<void> {
    const where = thread === undefined ? {} : { thread };
    await record.note({
      comment: { id: post.id, url: post.html_url, body_sha256: bodySha256, ...where },
    });
  }

  /** GitHub may have taken an earlier create without answering: look before creating. */
  async function findOrCreate(place: PlaceToSpeak, body: string): Promise<void> {
    const [oldest, ...others] = await find(place);
    for (const other of others) await remove(place, other);
    const sha256 = hash(body);
    if (!oldest) {
      await noteComment(place, await place.create(body), sha256);
      return;
    }
    await noteComment(place, oldest, hash(oldest.body ?? ""));
    if (record.publication.comment?.body_sha256 === sha256) return;
    await noteComment(place, await place.update(oldest.id, body), sha256);
  }

  async function remove(place: PlaceToSpeak, post: Post): Promise<void> {
    try {
      await place.remove(post.id);
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
    }
  }

  function begin(body: string): Promise<void> {
    const where = { repository, number, thread: asked };
    return orInConversation(github, deps.app, where, (place) => findOrCreate(place, body));
  }

  return {
    async say(body, insist) {
      const known = record.publication.comment;
      const sha256 = hash(body);
      if (known?.body_sha256 === sha256) return;
      if (!known) return begin(body);
      const place = knownPlace();
      try {
        await noteComment(place, await place.update(known.id, body), sha256);
      } catch (error) {
        if (statusOf(error) !== 404) throw error;
        if (insist) await begin(body);
      }
    },

    async reconcile() {
      const kept = record.publication.comment?.id;
      const place = knownPlace();
      for (const post of await find(place)) if (post.id !== kept) await remove(place, post);
    },
  };
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
