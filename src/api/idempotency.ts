// A request that is sent again makes no second job: what its key was first used for is on disk before the job is.
import { createHash, randomUUID } from "node:crypto";
import { link, mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { errorCode, readFileNoFollow, writeFileAtomic } from "../io/file.ts";
import { JobId, newId } from "../job/ids.ts";
import { Problem } from "./problem.ts";

const Use = z.strictObject({
  body_sha256: z.string(),
  job_id: JobId,
  created_at: z.iso.datetime(),
});
export type Use = z.infer<typeof Use> & { again: boolean };

const maxBytes = 4096;
/** Of a key, as the draft of the header has it: any text; ours is limited to what a log can show. */
const Key = z.string().regex(/^[\x21-\x7e]{1,255}$/);

/** `dir` is shared by all processes. */
export function createIdempotency({ dir, clock }: { dir: string; clock: () => Date }) {
  const sha256 = (...parts: string[]): string =>
    createHash("sha256").update(JSON.stringify(parts)).digest("hex");

  return {
    /**
     * The job id for a request: the one that the key's first use got, or a new one. The key counts for one token and one
     * `action`. Throws Problem 400 for a malformed key and 409 when it was used with another body.
     */
    async use(asked: { key: string | undefined; token: string; action: string; body: string }): Promise<Use> {
      const now = clock();
      const bodySha256 = sha256(asked.action, asked.body);
      const fresh = { body_sha256: bodySha256, job_id: newId(now.getTime()), created_at: now.toISOString() };
      if (asked.key === undefined) return { ...fresh, again: false };
      if (!Key.safeParse(asked.key).success) {
        const detail = "Idempotency-Key: 1 to 255 printable ASCII characters without spaces are expected";
        throw new Problem({ status: 400, detail });
      }
      await mkdir(dir, { recursive: true, mode: 0o700 });
      const path = join(dir, `${sha256(asked.token, asked.key)}.json`);
      const draft = join(dir, `.${randomUUID()}`);
      await writeFileAtomic(draft, JSON.stringify(fresh));
      try {
        // link(2) fails when the name is taken: of several at once, one is the first.
        await link(draft, path);
        return { ...fresh, again: false };
      } catch (error) {
        if (errorCode(error) !== "EEXIST") throw error;
      } finally {
        await rm(draft, { force: true });
      }
      const first = Use.parse(JSON.parse((await readFileNoFollow(path, maxBytes)).toString("utf8")));
      if (first.body_sha256 !== bodySha256) {
        const detail = "Idempotency-Key: it was used for another request already; choose a new one";
        throw new Problem({ status: 409, detail });
      }
      return { ...first, again: true };
    },

    /** Removes keys that were first used before this time. */
    async forget(before: Date): Promise<void> {
      for (const name of await readdir(dir).catch(() => [])) {
        const found = await stat(join(dir, name)).catch(() => undefined);
        if (found && found.mtime < before) await rm(join(dir, name), { force: true });
      }
    },
  };
}

export type Idempotency = ReturnType<typeof createIdempotency>;
