// Opening and changing issues; a pull request is an issue with a pull inside.
import type { Issue, Repository } from "../model/state.ts";
import { type World, botLogin, isPull, nextId, now } from "../model/world.ts";
import { putLabels } from "./labels.ts";
import { note } from "./note.ts";
import { tellIssue } from "./tell-issue.ts";

export interface IssueWishes {
  title: string;
  body: string | null;
  author: string;
  labels?: readonly string[] | undefined;
}

/** The record that issues and pull requests share, with the repository's next number. */
export function newIssue(world: World, repository: Repository, wishes: IssueWishes): Issue {
  const issue: Issue = {
    id: nextId(world),
    repository_id: repository.id,
    number: repository.next_number++,
    title: wishes.title,
    body: wishes.body,
    author: wishes.author,
    via_app: wishes.author === botLogin(world),
    state: "open",
    state_reason: null,
    locked: false,
    labels: [],
    created_at: now(world),
    updated_at: now(world),
    closed_at: null,
    closed_by: null,
    timeline: [],
    pull: null,
  };
  world.state.issues.push(issue);
  return issue;
}

export async function openIssue(world: World, repository: Repository, wishes: IssueWishes): Promise<Issue> {
  const issue = newIssue(world, repository, wishes);
  await tellIssue(world, repository, issue, "opened", wishes.author, {});
  await putLabels(world, repository, issue, wishes.labels ?? [], wishes.author);
  return issue;
}

export interface IssueChanges {
  title?: string | undefined;
  body?: string | null | undefined;
  state?: Issue["state"] | undefined;
  stateReason?: Issue["state_reason"] | undefined;
}

/** Changes title, body and state, and sends one webhook for each kind of change. */
export async function changeIssue(
  world: World,
  repository: Repository,
  issue: Issue,
  changes: IssueChanges,
  sender: string,
): Promise<void> {
  const edits: Record<string, { from: string }> = {};
  if (changes.title !== undefined && changes.title !== issue.title) {
    edits["title"] = { from: issue.title };
    note(world, issue, "renamed", sender, changes.title);
    issue.title = changes.title;
  }
  if (changes.body !== undefined && changes.body !== issue.body) {
    edits["body"] = { from: issue.body ?? "" };
    issue.body = changes.body;
  }
  if (Object.keys(edits).length > 0) {
    issue.updated_at = now(world);
    await tellIssue(world, repository, issue, "edited", sender, { changes: edits });
  }
  if (changes.state === undefined || changes.state === issue.state) return;
  const closing = changes.state === "closed";
  issue.state = changes.state;
  issue.state_reason = isPull(issue) ? null : closing ? (changes.stateReason ?? "completed") : "reopened";
  issue.closed_at = closing ? now(world) : null;
  issue.closed_by = closing ? sender : null;
  issue.updated_at = now(world);
  const action = closing ? "closed" : "reopened";
  note(world, issue, action, sender);
  await tellIssue(world, repository, issue, action, sender, {});
}
