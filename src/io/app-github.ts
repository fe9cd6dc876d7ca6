// GitHub's REST API as the App itself uses it: who it is, and tokens for its installations.
import { z } from "zod";
import { createCall, once, type Requester, User } from "./github-call.ts";
import type { RepositoryName } from "./github.ts";

interface InstallationToken {
  token: string;
  expiresAt: string;
}

/** Calls on behalf of the App itself. */
export function createAppGitHub(octokit: Requester) {
  const call = createCall(octokit);

  return {
    /** The App's own number and name; its bot account is called `<slug>[bot]`. */
    async identity(): Promise<{ id: number; slug: string }> {
      return call("reading the App's name", z.object({ id: z.number(), slug: z.string() }), "GET /app", {});
    },

    /** The bot account's user number, from which its commit address is made. */
    async userId(login: string): Promise<number> {
      return (await call(`reading the account ${login}`, User, "GET /users/{username}", { username: login }))
        .id;
    },

    /**
     * A token for one repository with no more than `permissions`, valid for an hour. Asked for directly, since
     * the cache of Octokit's auth strategy does not heed a base URL.
     */
    async token(
      installationId: number,
      repository: RepositoryName,
      permissions: Record<string, "read" | "write">,
    ): Promise<InstallationToken> {
      const made = await call(
        `making a token for ${repository.owner}/${repository.name}`,
        z.object({ token: z.string(), expires_at: z.string() }),
        "POST /app/installations/{installation_id}/access_tokens",
        { installation_id: installationId, repositories: [repository.name], permissions, ...once },
      );
      return { token: made.token, expiresAt: made.expires_at };
    },
  };
}

/**
 * Ends a token before its time. A token that is gone already is fine; anything else is left to its own expiry.
 *
 * https://docs.github.com/en/rest/apps/installations#revoke-an-installation-access-token
 */
export async function revokeToken(apiUrl: string, token: string): Promise<void> {
  await fetch(`${apiUrl}/installation/token`, {
    method: "DELETE",
    headers: { authorization: `token ${token}`, accept: "application/vnd.github+json" },
    signal: AbortSignal.timeout(10_000),
  }).catch(() => undefined);
}

export type AppGitHub = ReturnType<typeof createAppGitHub>;
