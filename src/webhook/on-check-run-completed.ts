// check_run.completed: a check failed, perhaps on a pull request of ours that the repository wants mended.
// https://docs.github.com/en/webhooks/webhook-events-and-payloads#check_run
import { z } from "zod";
import { Envelope, repositoryOf } from "./payload.ts";
import type { Handler, HandlerOptions } from "./handler.ts";

const Payload = Envelope.extend({
  check_run: z.object({
    name: z.string(),
    head_sha: z.string(),
    pull_requests: z.array(z.object({ number: z.int() })).default([]),
  }),
});

export function onCheckRunCompleted({ answer, decideRepair, notices, host, log }: HandlerOptions): Handler {
  return async (delivery, received) => {
    const payload = Payload.parse(received);
    const { name, head_sha: headSha, pull_requests: pulls } = payload.check_run;
    const repository = repositoryOf(payload, host);
    const [pull] = pulls;
    if (!repository || !pull) return;
    const { number } = pull;
    const { inbox_id: inboxId, guid, received_at: receivedAt, event } = delivery;
    const from = { inboxId, guid, receivedAt, event, action: payload.action };
    const repair = await decideRepair(repository, { number, name, headSha }, from);
    const fields = { delivery: guid };
    if (repair.kind === "none") {
      log.debug(fields, `a check failed on #${number}: no repair, ${repair.reason}`);
      return;
    }
    if (repair.kind === "used_up") {
      await notices.outbox.enqueue({
        id: `${inboxId}-notice`,
        key: `notice:${repository.owner}/${repository.name}#${number}`.toLowerCase(),
        payload: {
          kind: "notice",
          repository,
          number,
          about: "ci",
          head_sha: headSha,
          body: repair.body,
          isNews: true,
        },
      });
      return;
    }
    const { sender, subject, command } = repair;
    const trigger = {
      delivery: from,
      repository,
      archived: payload.repository.archived,
      sender,
      subject,
      text: command.text,
      at: receivedAt,
    };
    await answer(trigger, () => ({ kind: "commands", commands: [command] }));
  };
}
