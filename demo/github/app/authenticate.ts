// Who is asking: the App by its JWT, an installation by its token, or a user by the token that a test was given.
import { createVerify } from "node:crypto";
import { z } from "zod";
import {
  badAppToken,
  badCredentials,
  expiredAppToken,
  suspended,
  tooLongAppToken,
  unknownIntegration,
} from "../guesses.ts";
import type { Installation, Token, User } from "../model/accounts.ts";
import type { World } from "../model/world.ts";

export type Actor =
  | { kind: "anonymous" }
  | { kind: "app" }
  | { kind: "installation"; installation: Installation; token: Token }
  | { kind: "user"; user: User };

const Header = z.object({ alg: z.string() });
const Claims = z.object({ iss: z.coerce.string(), iat: z.number(), exp: z.number() });

const maxLifeSec = 600;
const clockDriftSec = 60;

/** Reads an Authorization header (Bearer, token, or git's Basic). Throws GitHub's 401 when it proves nothing. */
export function authenticate(world: World, header: string | undefined): Actor {
  if (!header) return { kind: "anonymous" };
  const secret = credential(header);
  if (secret.split(".").length === 3) return verifyAppToken(world, secret);
  const token = world.state.tokens.find((one) => one.token === secret);
  if (token) return installationActor(world, token);
  const user = world.state.users.find((one) => one.token === secret);
  if (user) return { kind: "user", user };
  throw badCredentials();
}

function credential(header: string): string {
  const [scheme = "", value = ""] = header.trim().split(/\s+/, 2);
  if (scheme.toLowerCase() !== "basic") return value;
  const [name = "", ...password] = Buffer.from(value, "base64").toString("utf8").split(":");
  return password.join(":") || name;
}

function installationActor(world: World, token: Token): Actor {
  if (Date.parse(token.expires_at) <= world.clock().getTime()) throw badCredentials();
  const installation = world.state.installations.find((one) => one.id === token.installation_id);
  if (!installation) throw badCredentials();
  if (installation.suspended_at !== null) throw suspended();
  return { kind: "installation", installation, token };
}

/** RS256 against the App's own key, not expired, not longer than ten minutes (docs: generating a JWT). */
function verifyAppToken(world: World, jwt: string): Actor {
  const [head = "", body = "", signature = ""] = jwt.split(".");
  const header = Header.safeParse(decode(head));
  const claims = Claims.safeParse(decode(body));
  if (!header.success || !claims.success || header.data.alg !== "RS256") throw badAppToken();
  const genuine = createVerify("RSA-SHA256")
    .update(`${head}.${body}`)
    .verify(world.state.app.public_key, signature, "base64url");
  if (!genuine) throw badAppToken();
  const nowSec = world.clock().getTime() / 1000;
  const { iss, iat, exp } = claims.data;
  if (iss !== String(world.state.app.id) && iss !== world.state.app.client_id) throw unknownIntegration();
  if (exp <= nowSec) throw expiredAppToken();
  if (exp > nowSec + maxLifeSec + clockDriftSec || iat > nowSec + clockDriftSec) throw tooLongAppToken();
  return { kind: "app" };
}

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
  } catch {
    return null;
  }
}

/** A name for logs. */
export function actorName(world: World, actor: Actor): string {
  if (actor.kind === "installation") return `${world.state.app.slug}[bot]`;
  return actor.kind === "user" ? actor.user.login : actor.kind;
}
