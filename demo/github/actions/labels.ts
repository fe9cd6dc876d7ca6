// Labels of a repository and of its issues. An issue and a pull request each have their own event.
import type { Issue, Label, Repository } from "../model/state.ts";
import { type World, nextId, now } from "../model/world.ts";
import { labelShape } from "../shapes/issue.ts";
import { note } from "./note.ts";
import { tellIssue } from "./tell-issue.ts";

const newLabelColor = "ededed";

export function findLabel(repository: Repository, name: string): Label | undefined {
  return repository.labels.find((label) => label.name.toLowerCase() === name.toLowerCase());
}

/** The label of that name, made if the repository has none. */
export function ensureLabel(
  world: World,
  repository: Repository,
  name: string,
  look: { color?: string | undefined; description?: string | null | undefined } = {},
): Label {
  const known = findLabel(repository, name);
  if (known) return known;
  const label: Label = {
    id: nextId(world),
    name,
    color: look.color?.replace(/^#/, "") ?? newLabelColor,
    description: look.description ?? null,
  };
  repository.labels.push(label);
  return label;
}

/** Adds labels that are not there yet; one `labeled` webhook for each. */
export async function putLabels(
  world: World,
  repository: Repository,
  issue: Issue,
  names: readonly string[],
  sender: string,
): Promise<void> {
  for (const name of names) {
    const label = ensureLabel(world, repository, name);
    if (issue.labels.includes(label.name)) continue;
    issue.labels.push(label.name);
    await tellLabel(world, repository, issue, label, "labeled", sender);
  }
}

/** Removes labels; one `unlabeled` webhook for each that was there. */
export async function dropLabels(
  world: World,
  repository: Repository,
  issue: Issue,
  names: readonly string[],
  sender: string,
): Promise<void> {
  for (const name of names) {
    const label = findLabel(repository, name);
    if (!label || !issue.labels.includes(label.name)) continue;
    issue.labels = issue.labels.filter((one) => one !== label.name);
    await tellLabel(world, repository, issue, label, "unlabeled", sender);
  }
}

async function tellLabel(
  world: World,
  repository: Repository,
  issue: Issue,
  label: Label,
  kind: "labeled" | "unlabeled",
  sender: string,
): Promise<void> {
  issue.updated_at = now(world);
  note(world, issue, kind, sender, label.name);
  await tellIssue(world, repository, issue, kind, sender, { label: labelShape(world, repository, label) });
}
