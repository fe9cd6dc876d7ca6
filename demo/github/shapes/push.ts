// A commit as the push webhook shows it: with the names of the files that it touched.
import type { Commit } from "../git/commits.ts";
import type { Repository } from "../model/state.ts";
import { type World, gitOf } from "../model/world.ts";
import { repositoryPage } from "./links.ts";

export async function touched(world: World, repository: Repository, commit: Commit) {
  const args = [
    "diff-tree",
    "-r",
    "-z",
    "--root",
    "--no-commit-id",
    "--name-status",
    "--no-renames",
    commit.sha,
  ];
  const fields = (await gitOf(world, repository).text(args)).split("\0").filter(Boolean);
  const names = (status: string) =>
    fields.filter((_, at) => at % 2 === 1 && fields[at - 1] === status).map(String);
  const person = ({ name, email, date }: Commit["author"]) => ({ name, email, date });
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${repositoryPage(world, repository)}/commit/${commit.sha}`,
    author: person(commit.author),
    committer: person(commit.committer),
    added: names("A"),
    removed: names("D"),
    modified: names("M"),
  };
}
