// What the doctor says of the App on GitHub: its permissions and events, and where an update waits to be accepted.
import type { Config } from "../config.ts";
import { explain } from "../errors.ts";
import type { AppGrants } from "../io/app-github.ts";
import { createProbotDoor } from "../webhook/probot.ts";
import { createLog } from "../log.ts";
import { neededEvents, neededPermissions } from "./app-needs.ts";
import type { Finding } from "./finding.ts";

/** Nothing to say without credentials; never throws. */
export async function examineApp(config: Config): Promise<Finding[]> {
  const { credentials, github } = config;
  if (!credentials) return [];
  try {
    const probot = await createProbotDoor({
      ...credentials,
      apiUrl: github.apiUrl,
      throttle: config.GITHUB_THROTTLE,
      log: createLog({ level: "silent", json: true, mask: (line) => line }),
    });
    const app = await probot.app.grants();
    return [...ofGrants("", app), ...ofInstallations(await probot.app.installations())];
  } catch (error) {
    const remedy = `let this machine reach ${github.apiUrl}, and check APP_ID and PRIVATE_KEY`;
    return [{ name: "App on GitHub", level: "missing", found: explain(error), remedy }];
  }
}

/** What is missing of the permissions and events of the App itself, or of one installation. */
export function ofGrants(place: string, { permissions, events }: AppGrants): Finding[] {
  const findings: Finding[] = [];
  for (const { name, level, isVital, without } of neededPermissions) {
    const has = permissions[name];
    if (has === level || has === "write" || has === "admin") continue;
    findings.push({
      name: "permission",
      level: isVital ? "missing" : "note",
      found: `${place}${name}: ${has ?? "none"}, so ${without}`,
      remedy: `give the App ${name}: ${level} in its settings, and accept it on each installation`,
    });
  }
  for (const [name, what] of Object.entries(neededEvents)) {
    if (events.includes(name)) continue;
    findings.push({
      name: "event",
      level: "note",
      found: `${place}${name} is not sent, so nobody notices ${what}`,
      remedy: `subscribe the App to ${name} in its settings`,
    });
  }
  if (findings.length > 0) return findings;
  return [{ name: "App on GitHub", level: "ok", found: `${place}has every permission and event` }];
}

function ofInstallations(installations: readonly (AppGrants & { account: string })[]): Finding[] {
  if (installations.length === 0) {
    const remedy = "install it from its page on GitHub";
    return [{ name: "App on GitHub", level: "missing", found: "not installed anywhere", remedy }];
  }
  return installations.flatMap((one) => ofGrants(`on ${one.account}: `, one));
}
