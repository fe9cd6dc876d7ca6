// Labels that a repository's configuration has given a pipeline.
import type { GitHub } from "../io/github.ts";
import type { Repository } from "../job/job-spec.ts";
import type { Ask } from "./answer.ts";
import { loadConfiguration } from "./repository-configuration/load.ts";
import type { KnownNames } from "./repository-configuration/read.ts";

/**
 * Returns a function that reads what a label asks for in a repository; undefined when its configuration says nothing
 * about the label, or can't be read: whoever put on a label of their own has asked for nothing. Names are compared without
 * case, as GitHub does.
 */
export function createReadMappedLabel({
  github,
  known,
}: {
  github: (installationId: number) => Promise<Pick<GitHub, "fileText">>;
  known: KnownNames;
}) {
  return async (repository: Repository, name: string): Promise<Ask | undefined> => {
    const read = await loadConfiguration(await github(repository.installation_id), repository, known);
    if (read.kind === "invalid") return undefined;
    const { labels } = read.configuration;
    const found = Object.entries(labels).find(([label]) => label.toLowerCase() === name.toLowerCase());
    if (!found) return undefined;
    const [, pipeline] = found;
    return () => ({ kind: "commands", commands: [{ pipeline, text: "", dryRun: false, source: name }] });
  };
}
