// pull_request.opened, .reopened, .synchronize: does it break the repository's configuration? Nobody has asked: the word to it
// is one comment, which follows what is pushed.
// https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request
import { z } from "zod";
import { noticeFor } from "../command/repository-configuration/notice.ts";
import { Envelope, repositoryOf } from "./payload.ts";
import type { Handler, HandlerOptions } from "./handler.ts";

const Side = z.object({ sha: z.string() });
const Payload = Envelope.extend({
  pull_request: z.object({ number: z.int(), comments: z.int().default(0), head: Side, base: Side }),
});

export function onPullRequestChanged({ notices, host }: HandlerOptions): Handler {
  return async (delivery, received) => {
    const payload = Payload.parse(received);
    const { number, comments, head, base } = payload.pull_request;
    const repository = repositoryOf(payload, host);
    if (!repository) return;
    const github = await notices.github(repository.installation_id);
    const notice = await noticeFor(github, repository, {
      head: head.sha,
      base: base.sha,
      known: notices.known,
    });
    // Where nothing was said yet, nothing can be taken back.
    if (notice.kind === "mended" && comments === 0) return;
    await notices.outbox.enqueue({
      id: `${delivery.inbox_id}-notice`,
      key: `notice:${repository.owner}/${repository.name}#${number}`.toLowerCase(),
      payload: { kind: "notice", repository, number, about: "agent-yml", head_sha: head.sha, ...notice.said },
    });
  };
}
