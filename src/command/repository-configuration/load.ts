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
  const text = (await github.fileText(repository, configurationPath)) ?? "";
  if (text.length <= maxChars) return readConfiguration(text, known);
  const message = `the file is longer than ${maxChars} characters`;
  return { kind: "invalid", problems: [{ line: 1, column: 1, field: "", message }] };
}
