// What keeps deliveries, for the webhook route and for those that never reached it.
import { newId } from "../job/ids.ts";
import { createConcerns } from "../webhook/concerns.ts";
import { dispatch } from "../webhook/dispatch.ts";
import { createKeep, type Keep } from "../webhook/keep.ts";
import { createRecover, type Recover } from "../webhook/recover.ts";
import type { House } from "./assemble.ts";

export const labelPrefix = "agent:";

/** Login names in lower case. */
export function allowedBots({ config }: House): ReadonlySet<string> {
  return new Set(config.ALLOWED_BOTS.map((login) => login.toLowerCase()));
}

export function openKeep(house: House): Keep {
  const concerns = createConcerns({
    trigger: house.config.TRIGGER,
    labelPrefix,
    allowedBots: allowedBots(house),
  });
  return createKeep({ inbox: house.inbox, concerns, clock: house.clock, newId });
}

export function openRecover(house: House): Recover {
  const { probot, log } = house;
  return createRecover({
    app: probot.app,
    keep: openKeep(house),
    events: dispatch.map(({ name }) => name),
    log,
  });
}
