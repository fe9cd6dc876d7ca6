// What the App is to have on GitHub, as app.yml asks for it, and what is lost without it.

export interface Need {
  name: string;
  level: "read" | "write";
  /** Nothing works without it. */
  isVital: boolean;
  without: string;
}

export const neededPermissions: readonly Need[] = [
  { name: "metadata", level: "read", isVital: true, without: "nothing can be read" },
  { name: "contents", level: "write", isVital: true, without: "no branch can be pushed" },
  { name: "issues", level: "write", isVital: true, without: "nothing can be answered" },
  { name: "pull_requests", level: "write", isVital: true, without: "no pull request can be opened" },
  { name: "actions", level: "read", isVital: false, without: "agents don't see the logs of failed checks" },
  { name: "members", level: "read", isVital: false, without: "teams in .github/agent.yml let nobody in" },
  { name: "checks", level: "write", isVital: false, without: "there are no check runs and no buttons" },
];

/** The events that GitHub sends only when asked to, and what goes unnoticed without each. */
export const neededEvents: Readonly<Record<string, string>> = {
  issue_comment: "commands in comments",
  issues: "labels on issues",
  pull_request: "labels on pull requests, and that one breaks .github/agent.yml",
  pull_request_review: "commands in reviews",
  pull_request_review_comment: "commands in review threads",
  check_run: "the buttons of check runs, and failed checks",
  repository: "that a repository is gone",
};
