// `patchbay start [all|web|runner]`: the App and the runner, in one process or apart.
import type { Config } from "../config.ts";
import type { Credentials } from "../credentials.ts";
import { explain, UserError } from "../errors.ts";
import { assemble } from "./assemble.ts";
import { auditFolder } from "./audit/open-audit.ts";
import { configurationSha256, settingsOf } from "./audit/settings.ts";
import { readEnvironment } from "./environment.ts";
import { endCancelledJobs } from "./end-cancelled.ts";
import { expireWaiting } from "./expire-waiting.ts";
import { forgetEnded } from "./forget-ended.ts";
import { recoverMissed } from "./recover-missed.ts";
import { runRunner } from "./run-runner.ts";
import { runSchedules } from "./schedules/run-schedules.ts";
import { runWeb } from "./run-web.ts";
import { openSetup } from "./setup.ts";
import { tellPlaces } from "./tell-places.ts";
import { untilStopped } from "./signals.ts";

const parts = ["all", "web", "runner"] as const;
type Part = (typeof parts)[number];

/** Runs until SIGTERM or SIGINT, then drains. Throws UserError for a configuration that can't work. */
export async function start(name: string): Promise<void> {
  const part = parts.find((known) => known === name);
  if (!part) throw new UserError(`start: "${name}" is not a part; say one of ${parts.join(", ")}`);
  const config = readEnvironment();
  const { credentials } = config;
  // A gateway is of use by itself; an address for GitHub asks for the set-up.
  const isSetup = !credentials && (config.API_TOKENS === undefined || config.PUBLIC_URL !== undefined);
  if (!isSetup) return serve(config, credentials, part);
  if (part === "runner")
    throw new UserError("start runner: no credentials yet; run `patchbay start web` first");
  await openSetup(config);
}

async function serve(config: Config, credentials: Credentials | undefined, part: Part): Promise<void> {
  const house = await assemble(config, credentials);
  const { log, audit } = house;
  // Nothing is begun that can't be written down.
  try {
    await audit.insist({
      kind: "process_started",
      fields: { part, configuration_sha256: configurationSha256(config), settings: settingsOf(config) },
    });
  } catch (cause) {
    await house.close();
    throw new UserError(
      `start: ${explain(cause)}; make ${auditFolder(config)} a folder that can be written`,
      { cause },
    );
  }
  const running = [
    forgetEnded(house),
    ...(part === "runner"
      ? []
      : [
          await runWeb(house),
          recoverMissed(house),
          tellPlaces(house),
          endCancelledJobs(house),
          expireWaiting(house),
          runSchedules(house),
        ]),
    ...(part === "web" ? [] : [await runRunner(house)]),
  ];
  log.info({ part }, "patchbay is ready");
  const signal = await untilStopped();
  log.info({ signal }, "stopping: no new work is taken, what runs may end");
  await Promise.all(running.map((one) => one.stop()));
  await house.close();
  log.info("stopped");
}
