// Who may use the gateway: a file of hashed tokens, each with its projects and rights.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { UserError } from "../errors.ts";
import { errorCode } from "../io/file.ts";
import { openFolderLock } from "../io/folder-lock.ts";
import { replaceFileSync } from "../io/replace-file.ts";

const rights = ["read", "submit", "control", "approve"] as const;
export const Right = z.enum(rights);
export type Right = z.infer<typeof Right>;

/** A project of PROJECT_ALIASES, `owner/name` of a repository on GitHub, or `*` for everything. */
export const Scope = z
  .string()
  .regex(
    /^(?:\*|[A-Za-z0-9][A-Za-z0-9._-]{0,63}|[A-Za-z0-9._-]{1,100}\/[A-Za-z0-9._-]{1,100})$/,
    "a project, owner/name or *",
  );

export const ApiToken = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{12}$/),
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "1 to 64 letters, digits, dots or hyphens"),
  /** SHA-256 of the whole token: it has 256 random bits, so that no slow hash is needed. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  projects: z.array(Scope).min(1).max(100),
  rights: z.array(Right).min(1),
  created_at: z.iso.datetime(),
});
export type ApiToken = z.infer<typeof ApiToken>;

const TokenFile = z.strictObject({ schema_version: z.literal("1.0"), tokens: z.array(ApiToken).max(1000) });

const form = /^pb_([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;
const digest = (value: string): Buffer => createHash("sha256").update(value).digest();

/** The tokens of a file that need not be there yet; a change by another process is seen at once. */
export function openTokenFile(path: string) {
  let kept: { tokens: ApiToken[]; stamp: string } | undefined;

  function list(): ApiToken[] {
    try {
      const { ino, mtimeNs, size } = statSync(path, { bigint: true });
      const stamp = `${ino}:${mtimeNs}:${size}`;
      if (kept?.stamp === stamp) return kept.tokens;
      const { tokens } = TokenFile.parse(JSON.parse(readFileSync(path, "utf8")));
      kept = { tokens, stamp };
      return tokens;
    } catch (cause) {
      if (errorCode(cause) === "ENOENT") return [];
      throw new UserError(`API_TOKENS: ${path} can't be read; restore it, or make its tokens anew`, {
        cause,
      });
    }
  }

  async function change(next: (tokens: ApiToken[]) => ApiToken[]): Promise<void> {
    mkdirSync(dirname(path), { recursive: true });
    const lock = openFolderLock(`${path}.lock`);
    try {
      await lock.run(() => {
        const tokens = next(list());
        replaceFileSync(path, `${JSON.stringify({ schema_version: "1.0", tokens }, null, 2)}\n`);
      });
    } finally {
      lock.close();
    }
  }

  return {
    list,

    /** Makes a token and returns it; it can't be read again. Throws UserError when the name is taken. */
    async create(wanted: Pick<ApiToken, "name" | "projects" | "rights">, now: Date): Promise<string> {
      const id = randomBytes(6).toString("hex");
      const token = `pb_${id}_${randomBytes(32).toString("base64url")}`;
      const sha256 = digest(token).toString("hex");
      await change((tokens) => {
        if (tokens.some(({ name }) => name === wanted.name)) {
          throw new UserError(`there is a token "${wanted.name}" already; choose another name or revoke it`);
        }
        return [...tokens, { id, ...wanted, sha256, created_at: now.toISOString() }];
      });
      return token;
    },

    /** Takes back the token of a name or an id. Throws UserError when there is none. */
    async revoke(wanted: string): Promise<void> {
      await change((tokens) => {
        const left = tokens.filter(({ name, id }) => name !== wanted && id !== wanted);
        if (left.length === tokens.length) {
          throw new UserError(`there is no token "${wanted}"; \`patchbay token list\` shows them`);
        }
        return left;
      });
    },

    /** Whose token this is, compared in constant time; undefined for an unknown one. */
    find(shown: string): ApiToken | undefined {
      const id = form.exec(shown)?.[1];
      if (id === undefined) return undefined;
      const token = list().find((known) => known.id === id);
      const expected = Buffer.from(token?.sha256 ?? "0".repeat(64), "hex");
      return timingSafeEqual(digest(shown), expected) ? token : undefined;
    },
  };
}

export type TokenStore = ReturnType<typeof openTokenFile>;
