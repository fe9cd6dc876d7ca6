// Results on their way to callback addresses: tickets of the outbox, so that none is lost.
import { createCallback } from "../../api/callback.ts";
import type { Intent } from "../../job/intent.ts";
import { isPublicAddress } from "../../sandbox/egress/address.ts";
import type { House } from "../assemble.ts";

type Callback = Extract<Intent, { kind: "callback" }>;

export function openCallbacks({ config, artifacts, outbox, clock }: House) {
  const { CALLBACK_SECRET: secret, CALLBACK_NETWORKS: networks } = config;
  const send =
    secret === undefined
      ? undefined
      : createCallback({ artifacts, secret, isPublic: isPublicAddress, networks, clock });

  return {
    /** To be called before a job's end is told anywhere: asks for the callback, if one is wanted. */
    async ask(intent: Intent): Promise<void> {
      if (intent.kind !== "publish" || !send) return;
      const { job_id: job, epoch } = intent;
      const spec = await artifacts.readJob(job);
      if (spec?.callback_url === undefined) return;
      await outbox.enqueue({
        id: `${job}-${epoch}-callback`,
        key: `callback:${job}`,
        payload: { kind: "callback", job_id: job, epoch },
      });
    },
    async send({ job_id: job, epoch }: Callback): Promise<void> {
      await send?.(job, `${job}-${epoch}`);
    },
  };
}
