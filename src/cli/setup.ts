// Without credentials: Probot's manifest set-up, which makes the App and writes them to .env.
import { startManifestSetup } from "../webhook/manifest-setup.ts";
import { type Config } from "../config.ts";
import { UserError } from "../errors.ts";
import { untilStopped } from "./signals.ts";

/** Serves the set-up page until the process is stopped. Throws UserError without a PUBLIC_URL. */
export async function openSetup(config: Config): Promise<void> {
  if (config.PUBLIC_URL === undefined) {
    throw new UserError(
      "the App's credentials are missing (APP_ID, PRIVATE_KEY, WEBHOOK_SECRET). To create the App, set PUBLIC_URL to the" +
        " address under which GitHub reaches this server and run `npm start` again: it opens a page that makes the App" +
        " and writes the credentials to .env. Without GitHub, API_TOKENS opens the gateway (docs/api.md)",
      { code: "preflight" },
    );
  }
  const setup = await startManifestSetup({
    host: config.HOST,
    port: config.PORT,
    publicUrl: config.PUBLIC_URL,
    ...(config.GHE_HOST === undefined ? {} : { gheHost: config.GHE_HOST, gheProtocol: config.GHE_PROTOCOL }),
  });
  console.log(
    `No credentials yet: this is the set-up.\n\n  1. Open http://${config.HOST}:${setup.port}/ in a browser and register the App.\n` +
      "  2. Its credentials are written to .env here.\n  3. Stop this with Ctrl-C and run `npm start` again.\n",
  );
  await untilStopped();
  await setup.stop();
}
