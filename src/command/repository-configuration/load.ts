// The configuration of a repository as it stands on its default branch: what a pull request says of it never counts.
import type { GitHub, RepositoryName } from "../../io/github.ts";
import { configurationPath, type KnownNames, readConfiguration, type ReadConfiguration } from "./read.ts";

const maxChars = 200_000;

/** Reads it anew each time, since what was merged a moment ago counts. Throws TransientError when GitHub can't be asked. */
export async function loadConfiguration(
  github: Pick<GitHub, "fileText">,
  repository: RepositoryName,
  known: KnownNames,
): Promise<ReadConfiguration> {
  return readWithin(await github.fileText(repository, configurationPath), known);
}

/** As `readConfiguration`, for a text of any length; a file that isn't there is an empty one. */
export function readWithin(text: string | undefined, known: KnownNames): ReadConfiguration {
  if (text === undefined) return readConfiguration("", known);
  if (text.length <= maxChars) return readConfiguration(text, known);
  const message = `the file is longer than ${maxChars} characters`;
  return { kind: "invalid", problems: [{ line: 1, column: 1, field: "", message }] };
}
