// check_run.requested_action, check_run.rerequested: someone pressed a button of a job's check run. GitHub's own button
// "Re-run" asks for what ours for another try asks for.
// https://docs.github.com/en/webhooks/webhook-events-and-payloads#check_run
import { z } from "zod";
import { readButton } from "../command/button.ts";
import { UserError } from "../errors.ts";
import { buttonId } from "../job/button.ts";
import type { JobSpec } from "../job/job-spec.ts";
import { Envelope } from "./payload.ts";
import type { Handler, HandlerOptions } from "./handler.ts";
import { toTrigger } from "./to-trigger.ts";

const Payload = Envelope.extend({
  check_run: z.object({
    external_id: z.string().nullish(),
    pull_requests: z.array(z.object({ number: z.int() })).default([]),
  }),
  requested_action: z.object({ identifier: z.string() }).optional(),
});

/** Reads the job of the check run, for the place where it is answered; what is done is the command's. */
export function onCheckRunRequestedAction({ answer, readJob, host, log }: HandlerOptions): Handler {
  return async (delivery, received) => {
    const payload = Payload.parse(received);
    const { check_run: run, requested_action: action } = payload;
    const jobId = run.external_id ?? "";
    const identifier = action?.identifier ?? buttonId("retry", jobId);
    const spec = await jobIn(payload, jobId, readJob);
    const number = spec?.target?.number ?? run.pull_requests[0]?.number;
    const fields = { delivery: delivery.guid };
    if (number === undefined) {
      log.warn(fields, "check_run.requested_action: ignored, its job is gone and it names no pull request");
      return;
    }
    const subject = {
      number,
      title: spec?.target?.title ?? "",
      body: spec?.target?.body ?? "",
      user: spec?.target && { login: spec.target.author, id: 0, type: "User" },
      state: "open",
      locked: false,
      comments: 0,
      updated_at: delivery.received_at,
    };
    const thread = spec?.target?.kind === "review_thread" ? spec.target.threads?.[0] : undefined;
    const trigger = toTrigger(delivery, payload, subject, {
      kind: spec?.target?.kind === "issue" ? "issue" : "pull_request",
      host,
      at: delivery.received_at,
      text: `button ${identifier}`,
      ...(thread && { thread: { first: thread.comment_id } }),
    });
    if (!trigger) {
      log.warn(fields, "check_run.requested_action: ignored, it names no installation");
      return;
    }
    try {
      await answer(trigger, () => readButton(identifier, spec));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      // The payload alone doesn't name the place: of a fork's pull request it has nothing.
      await answer(trigger, () => ({ kind: "reply", body: error.message }));
    }
  };
}

/** The job, as long as it belongs to this repository. */
async function jobIn(
  { repository }: Envelope,
  jobId: string,
  readJob: HandlerOptions["readJob"],
): Promise<JobSpec | undefined> {
  if (!/^[0-9a-f]{32}$/.test(jobId)) return undefined;
  const spec = await readJob(jobId);
  const name = `${repository.owner.login}/${repository.name}`.toLowerCase();
  const own = spec?.repository && `${spec.repository.owner}/${spec.repository.name}`.toLowerCase();
  return own === name ? spec : undefined;
}
