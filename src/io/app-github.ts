// GitHub's REST API as the App itself uses it: who it is, and tokens for its installations.
import { z } from "zod";
import { createCall, createPagedCall, once, type Requester, User } from "./github-call.ts";
import type { RepositoryName } from "./github.ts";

interface InstallationToken {
  token: string;
  expiresAt: string;
}

/** One try of GitHub's to deliver; a delivery that was repeated has several of the same GUID. */
export interface DeliveryAttempt {
  id: number;
  guid: string;
  event: string;
  action: string;
  /** 0 when no answer came. */
  statusCode: number;
  /** ISO 8601. */
  deliveredAt: string;
}

const Attempt = z
  .object({
    id: z.number(),
    guid: z.string(),
    event: z.string(),
    action: z.string().nullable(),
    status_code: z.number(),
    delivered_at: z.string(),
  })
  .transform(({ id, guid, event, action, status_code, delivered_at }): DeliveryAttempt => ({
    id,
    guid,
    event,
    action: action ?? "",
    statusCode: status_code,
    deliveredAt: delivered_at,
  }));

const AppGrants = z.object({
  /** Permission → read, write or admin. */
  permissions: z.record(z.string(), z.string()),
  events: z.array(z.string()),
});
export type AppGrants = z.infer<typeof AppGrants>;
const Installed = AppGrants.extend({ account: z.object({ login: z.string() }).nullish() });

/** Calls on behalf of the App itself. */
export function createAppGitHub(octokit: Requester) {
  const call = createCall(octokit);
  const callWithNext = createPagedCall(octokit);

  return {
    /** The App's own number and name; its bot account is called `<slug>[bot]`. */
    async identity(): Promise<{ id: number; slug: string }> {
      return call("reading the App's name", z.object({ id: z.number(), slug: z.string() }), "GET /app", {});
    },

    /** What the App asks for in its settings. https://docs.github.com/en/rest/apps/apps#get-the-authenticated-app */
    async grants(): Promise<AppGrants> {
      return call("reading the App's permissions", AppGrants, "GET /app", {});
    },

    /** What each account has accepted; the first hundred. */
    async installations(): Promise<(AppGrants & { account: string })[]> {
      const found = await call(
        "reading the App's installations",
        z.array(Installed),
        "GET /app/installations",
        {
          per_page: 100,
        },
      );
      return found.map(({ account, ...grants }) => ({ ...grants, account: account?.login ?? "an account" }));
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

    /**
     * GitHub's attempts to deliver since a moment, newest first. The list has no numbered pages: each answer's Link
     * header names the next one. https://docs.github.com/en/rest/apps/webhooks#list-deliveries-for-an-app-webhook
     */
    async *deliveryAttempts(since: Date): AsyncGenerator<DeliveryAttempt> {
      let cursor: string | undefined;
      do {
        const page = await callWithNext(
          "reading what GitHub tried to deliver",
          z.array(Attempt),
          "GET /app/hook/deliveries",
          { per_page: 100, ...(cursor === undefined ? {} : { cursor }) },
        );
        for (const attempt of page.data) {
          if (Date.parse(attempt.deliveredAt) < since.getTime()) return;
          yield attempt;
        }
        cursor = page.cursor;
      } while (cursor !== undefined);
    },

    /** What an attempt tried to deliver. */
    async deliveryPayload(id: number): Promise<object> {
      const found = await call(
        `reading delivery ${id}`,
        z.object({ request: z.object({ payload: z.looseObject({}) }) }),
        "GET /app/hook/deliveries/{delivery_id}",
        { delivery_id: id },
      );
      return found.request.payload;
    },
  };
}

/**
 * Ends a token before its time. A token that is gone already is fine. Throws when GitHub did not do it: then it lives until
 * its own expiry, an hour after it was made.
 *
 * https://docs.github.com/en/rest/apps/installations#revoke-an-installation-access-token
 */
export async function revokeToken(apiUrl: string, token: string): Promise<void> {
  const answer = await fetch(`${apiUrl}/installation/token`, {
    method: "DELETE",
    headers: { authorization: `token ${token}`, accept: "application/vnd.github+json" },
    signal: AbortSignal.timeout(10_000),
  });
  if (!answer.ok && answer.status !== 401)
    throw new Error(`revoking a token: GitHub answered ${answer.status}`);
}

export type AppGitHub = ReturnType<typeof createAppGitHub>;
