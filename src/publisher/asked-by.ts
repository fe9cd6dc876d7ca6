// What gets the reaction to a command: the comment that asked, wherever it stands, else the issue or pull request.
import type { Intent } from "../job/intent.ts";

type Asked = Pick<Extract<Intent, { kind: "reply" }>, "number" | "comment_id" | "thread">;
type Subject = Extract<Intent, { kind: "react" }>["subject"];

export function askedBy({ number, comment_id, thread }: Asked): Subject {
  if (comment_id === undefined) return { type: "issue", number };
  return { type: thread === undefined ? "issue_comment" : "review_comment", comment_id };
}
