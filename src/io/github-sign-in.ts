// Who somebody is on GitHub: the web flow of OAuth, through the App. The token serves this one question and is thrown away.
// https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app
import { createHash } from "node:crypto";
import { z } from "zod";
import { TransientError, UserError } from "../errors.ts";

export interface SignInOptions {
  /** Scheme and host with a closing slash, such as https://github.com/. */
  origin: string;
  /** Of the REST API, without a closing slash. */
  apiUrl: string;
  clientId: string;
  clientSecret: string;
}

interface GitHubPerson {
  login: string;
  id: number;
}

const timeoutMs = 15_000;
const Answer = z.union([z.object({ access_token: z.string() }), z.object({ error: z.string() })]);
const Person = z.object({ login: z.string(), id: z.int() });

export function createSignIn({ origin, apiUrl, clientId, clientSecret }: SignInOptions) {
  async function ask(url: string, init: RequestInit): Promise<unknown> {
    let answer: Response;
    try {
      answer = await fetch(url, {
        ...init,
        redirect: "error",
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (cause) {
      throw new TransientError("asking GitHub who somebody is", { cause });
    }
    if (answer.status >= 500) throw new TransientError(`asking GitHub who somebody is: ${answer.status}`);
    if (!answer.ok) throw new UserError("GitHub doesn't say who you are; sign in again");
    return answer.json();
  }

  return {
    /** Where a browser is sent to; `verifier` is kept until it comes back (RFC 7636). */
    address({ state, verifier, redirect }: { state: string; verifier: string; redirect: string }): string {
      const challenge = createHash("sha256").update(verifier).digest("base64url");
      const query = new URLSearchParams({
        client_id: clientId,
        redirect_uri: redirect,
        state,
        code_challenge: challenge,
        code_challenge_method: "S256",
      });
      return `${origin}login/oauth/authorize?${query.toString()}`;
    },

    /** Who came back with this code. Throws UserError when the code isn't good, TransientError when GitHub is away. */
    async person({ code, verifier, redirect }: { code: string; verifier: string; redirect: string }) {
      const made = Answer.parse(
        await ask(`${origin}login/oauth/access_token`, {
          method: "POST",
          headers: { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded" },
          body: new URLSearchParams({
            client_id: clientId,
            client_secret: clientSecret,
            code,
            redirect_uri: redirect,
            code_verifier: verifier,
          }),
        }),
      );
      if ("error" in made) throw new UserError("the sign-in was not finished on GitHub; try again");
      const headers = { Authorization: `Bearer ${made.access_token}`, Accept: "application/vnd.github+json" };
      const person: GitHubPerson = Person.parse(await ask(`${apiUrl}/user`, { headers }));
      return person;
    },
  };
}

export type SignIn = ReturnType<typeof createSignIn>;
