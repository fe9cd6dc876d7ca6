// Who may ask: GitHub's word about the sender's permission on that repository, nobody else's.
import type { GitHub } from "../io/github.ts";
import { Permission, type Repository } from "../job/job-spec.ts";
import type { Sender } from "./trigger.ts";

export type Verdict =
  | { kind: "allowed"; permission: Permission }
  /** A person without the permission: gets a 👎 and nothing else. */
  | { kind: "denied"; permission: Permission }
  /** The App itself, or a bot that is not listed: gets no answer, so that two bots can't talk for ever. */
  | { kind: "ignored"; reason: string };

export interface Asker {
  sender: Sender;
  /** The App through which the sender wrote, when it did. */
  viaAppId?: number;
}

/** Whether an account is a bot: by GitHub's type, or by the ending that only App accounts can have. */
export function isBot(sender: Sender): boolean {
  return sender.type === "Bot" || /\[bot\]$/i.test(sender.login);
}

/** Whether `permission` is `minimum` or more. */
export function permits(permission: Permission, minimum: Permission): boolean {
  return Permission.options.indexOf(permission) >= Permission.options.indexOf(minimum);
}

/**
 * Returns a function that decides about one asker. `self` is the App's own number and bot account; the number
 * holds when the App is renamed. A bot on the operator's list is taken as having `minimum`: GitHub gives App
 * accounts no collaborator permission. Throws UserError or TransientError when GitHub can't be asked.
 *
 * https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user
 */
export function createAuthorize(options: {
  self: () => Promise<{ appId: number; login: string }>;
  /** Login names in lower case, such as `dependabot[bot]`. */
  allowedBots: ReadonlySet<string>;
  minimum?: Permission;
}) {
  const { self, allowedBots, minimum = "write" } = options;

  return async (
    github: Pick<GitHub, "permission">,
    repository: Repository,
    asker: Asker,
  ): Promise<Verdict> => {
    const { sender, viaAppId } = asker;
    const login = sender.login.toLowerCase();
    const own = await self();
    if (viaAppId === own.appId || login === own.login.toLowerCase()) {
      return { kind: "ignored", reason: "the App's own doing" };
    }
    if (isBot(sender)) {
      return allowedBots.has(login)
        ? { kind: "allowed", permission: minimum }
        : { kind: "ignored", reason: "a bot that is not listed" };
    }
    const permission = await github.permission(repository, sender.login);
    return { kind: permits(permission, minimum) ? "allowed" : "denied", permission };
  };
}

export type Authorize = ReturnType<typeof createAuthorize>;
