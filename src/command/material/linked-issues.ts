// The issues and pull requests that a conversation names: `#12`, `GH-12`, or their address.
import { explain } from "../../errors.ts";
import type { RepositoryName } from "../../io/github.ts";
import type { MaterialCalls } from "../../io/github-material.ts";
import { cut } from "../thread.ts";
import type { MaterialPart } from "./material-part.ts";

const maxLinked = 5;
const maxChars = 20_000;

interface Place extends RepositoryName {
  /** GitHub's host, such as github.com. */
  host: string;
}

/** The numbers that `texts` name in this repository, in order, without `own`; another repository's are not ours to read. */
export function linkedNumbers(texts: readonly string[], { host, owner, name }: Place, own: number): number[] {
  const numbers = texts.flatMap((text) => {
    const short = [...text.matchAll(/(?:^|[\s([,;:])(?:#|GH-)(\d{1,9})(?![\w-])/gi)].map(
      ([, number]) => number,
    );
    const addresses = [
      ...text.matchAll(/https?:\/\/([^\s/]+)\/([^\s/]+)\/([^\s/]+)\/(?:issues|pull)\/(\d{1,9})/gi),
    ]
      .filter(
        ([, ofHost, ofOwner, ofName]) =>
          `${ofHost}/${ofOwner}/${ofName}`.toLowerCase() === `${host}/${owner}/${name}`.toLowerCase(),
      )
      .map(([, , , , number]) => number);
    return [...short, ...addresses].map(Number);
  });
  return [...new Set(numbers)].filter((number) => number > 0 && number !== own);
}

/** Their titles and texts, `maxLinked` at most. What changed after `at` is left out: nobody knows what it said then. */
export async function readLinkedIssues(
  github: Pick<MaterialCalls, "issue">,
  repository: RepositoryName,
  numbers: readonly number[],
  at: string,
): Promise<MaterialPart> {
  const part: MaterialPart = { found: [], leftOut: [] };
  for (const number of numbers.slice(0, maxLinked)) {
    try {
      const { title, body, user, updated_at: updated } = await github.issue(repository, number);
      if (Date.parse(updated) > Date.parse(at)) {
        part.leftOut.push(`#${number} was changed after the request.`);
        continue;
      }
      const text = cut(`# ${title}\n\n${body ?? ""}`.trim(), maxChars);
      part.found.push({ kind: "issue", name: `#${number}`, author: user?.login ?? "ghost", text });
    } catch (error) {
      part.leftOut.push(`#${number} could not be read: ${cut(explain(error), 200)}.`);
    }
  }
  const more = numbers.slice(maxLinked).map((number) => `#${number}`);
  if (more.length > 0) part.leftOut.push(`Also named, but not read: ${cut(more.join(", "), 200)}.`);
  return part;
}
