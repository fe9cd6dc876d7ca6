// What is said on a pull request that would break `.github/agent.yml`.
import type { GitHub, RepositoryName } from "../../io/github.ts";
import { readWithin } from "./load.ts";
import { problemLines } from "./problems-text.ts";
import { configurationPath, type KnownNames } from "./read.ts";

export type Notice =
  | { kind: "broken"; said: { body: string; isNews: true } }
  /** Said only where something was said before. */
  | { kind: "mended"; said: { body: string; isNews: false } };

/** Reads the file at the head of a pull request; one that is as broken before it is not its doing. */
export async function noticeFor(
  github: Pick<GitHub, "fileText">,
  repository: RepositoryName,
  { head, base, known }: { head: string; base: string; known: KnownNames },
): Promise<Notice> {
  const mended: Notice = {
    kind: "mended",
    said: { body: `✅ \`${configurationPath}\` can be read again.`, isNews: false },
  };
  const text = await github.fileText(repository, configurationPath, head);
  const read = readWithin(text, known);
  if (read.kind === "valid") return mended;
  if ((await github.fileText(repository, configurationPath, base)) === text) return mended;
  const body =
    `⚠️ \`${configurationPath}\` can't be read as it is at ${head.slice(0, 12)}:\n\n${problemLines(read.problems)}\n\n` +
    "Once this is merged no job of this repository would start. `npx patchbay config check` shows the same; " +
    "this comment follows what is pushed.";
  return { kind: "broken", said: { body, isNews: true } };
}
