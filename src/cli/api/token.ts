// `patchbay token create|list|revoke`: who may use the HTTP gateway.
import { z } from "zod";
import { ApiToken, openTokenFile, Right, Scope, type TokenStore } from "../../api/token-file.ts";
import { UserError } from "../../errors.ts";
import { readEnvironment } from "../environment.ts";
import { table } from "../jobs/table.ts";

function openTokens(): TokenStore {
  const { API_TOKENS: path } = readEnvironment();
  if (path !== undefined) return openTokenFile(path);
  throw new UserError(
    "API_TOKENS: set it to the file that is to hold the hashes, such as var/api-tokens.json",
  );
}

const Wanted = z.object({
  name: ApiToken.shape.name,
  projects: z.array(Scope).min(1, "name a project with --project"),
  rights: z.array(Right).min(1),
});

/** Prints the new token, which can't be read again. Throws UserError. */
export async function createToken(
  name: string,
  options: { project: string[]; right: string[]; json?: boolean },
): Promise<void> {
  const wanted = Wanted.safeParse({ name, projects: options.project, rights: options.right });
  if (!wanted.success) {
    throw new UserError(
      wanted.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "),
    );
  }
  const token = await openTokens().create(wanted.data, new Date());
  console.log(options.json ? JSON.stringify({ name, token }) : token);
}

export function listTokens(options: { json?: boolean }): void {
  const tokens = openTokens()
    .list()
    .map(({ sha256: _sha256, ...rest }) => rest);
  if (options.json) console.log(JSON.stringify(tokens, undefined, 2));
  else {
    const rows = tokens.map(({ id, name, projects, rights, created_at: at }) => [
      id,
      name,
      at.slice(0, 10),
      projects.join(" "),
      rights.join(" "),
    ]);
    console.log(table([["ID", "NAME", "SINCE", "PROJECTS", "RIGHTS"], ...rows]));
  }
}

/** Takes it back at once, in every process. Throws UserError when there is none of this name or id. */
export async function revokeToken(wanted: string): Promise<void> {
  await openTokens().revoke(wanted);
  console.log(`revoked ${wanted}`);
}
