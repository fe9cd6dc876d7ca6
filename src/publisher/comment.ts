// The one comment of a job: created once, edited in place, never doubled.
import { createHash } from "node:crypto";
import type { Comment } from "../io/github.ts";
import { statusOf } from "../io/github-error.ts";
import type { GitHubJob } from "../job/job-spec.ts";
import type { PublisherDeps, PublisherGitHub } from "./deps.ts";
import { ownComments } from "./own-comments.ts";
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

export function createSpeaker(
  deps: Pick<PublisherDeps, "app">,
  job: { spec: GitHubJob; github: PublisherGitHub; record: JobRecord },
): Speaker {
  const { spec, github, record } = job;
  const { repository } = spec;
  const { number } = spec.target;

  function find(): Promise<Comment[]> {
    const wanted = { repository, number, marker: jobMarker(spec.job_id), since: new Date(spec.created_at) };
    return ownComments(github, deps.app, wanted);
  }

  async function noteComment(comment: Comment, bodySha256: string): Promise<void> {
    await record.note({ comment: { id: comment.id, url: comment.html_url, body_sha256: bodySha256 } });
  }

  /** GitHub may have taken an earlier create without answering: look before creating. */
  async function findOrCreate(body: string): Promise<void> {
    const [oldest, ...others] = await find();
    for (const other of others) await remove(other);
    const sha256 = hash(body);
    if (!oldest) {
      await noteComment(await github.createComment(repository, number, body), sha256);
      return;
    }
    await noteComment(oldest, hash(oldest.body ?? ""));
    if (record.publication.comment?.body_sha256 === sha256) return;
    await noteComment(await github.updateComment(repository, oldest.id, body), sha256);
  }

  async function remove(comment: Comment): Promise<void> {
    try {
      await github.deleteComment(repository, comment.id);
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
    }
  }

  return {
    async say(body, insist) {
      const known = record.publication.comment;
      const sha256 = hash(body);
      if (known?.body_sha256 === sha256) return;
      if (!known) return findOrCreate(body);
      try {
        await noteComment(await github.updateComment(repository, known.id, body), sha256);
      } catch (error) {
        if (statusOf(error) !== 404) throw error;
        if (insist) await findOrCreate(body);
      }
    },

    async reconcile() {
      const kept = record.publication.comment?.id;
      for (const comment of await find()) if (comment.id !== kept) await remove(comment);
    },
  };
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
