// Teams in `allow` and `deny`: which of those that a configuration names somebody belongs to.
import { UserError } from "../../errors.ts";
import type { GitHub, RepositoryName } from "../../io/github.ts";
import { statusOf } from "../../io/github-error.ts";
import { isBot } from "../authorize.ts";
import type { Sender } from "../trigger.ts";
import { configurationPath } from "./read.ts";
import type { RepositoryConfiguration } from "./schema.ts";

/**
 * The teams, as the configuration writes them, that the sender is a member of. Asks GitHub only about teams that it names;
 * a bot is in none. Fails closed: throws UserError, with what is to be mended, when a team can't be looked into.
 *
 * https://docs.github.com/en/rest/teams/members#get-team-membership-for-a-user
 */
export async function teamsOf(
  github: Pick<GitHub, "isTeamMember">,
  { owner }: RepositoryName,
  { allow = [], deny }: Pick<RepositoryConfiguration, "allow" | "deny">,
  sender: Sender,
): Promise<ReadonlySet<string>> {
  const named = new Set([...allow, ...deny].filter((entry) => entry.includes("/")));
  const found = new Set<string>();
  if (isBot(sender)) return found;
  for (const entry of named) {
    const [org = "", team = ""] = entry.split("/");
    if (org.toLowerCase() !== owner.toLowerCase()) {
      throw new UserError(
        `\`${configurationPath}\` names the team \`${entry}\`, but only teams of \`${owner}\` can be looked into, so nothing was started. Correct it there.`,
      );
    }
    try {
      if (await github.isTeamMember(org, team, sender.login)) found.add(entry);
    } catch (error) {
      const status = statusOf(error);
      if (status === 404) {
        throw new UserError(
          `\`${configurationPath}\` names the team \`${entry}\`, and there is no such team, so nothing was started. Correct it there.`,
          { cause: error, code: "github" },
        );
      }
      if (status !== 403) throw error;
      throw new UserError(
        `\`${configurationPath}\` names the team \`${entry}\`, and the App may not see who is in it, so nothing was started. Give the App the organization permission members: read, and accept it on the installation.`,
        { cause: error, code: "github" },
      );
    }
  }
  return found;
}
