// What became of a job's change: the words between publishing and telling.
import type { ErrorCode } from "../job/error-code.ts";

export type Landing =
  /** There was nothing to publish. */
  | { kind: "none" }
  | { kind: "pull_request"; number: number; url: string }
  /** Only a branch, as the repository's configuration has it. */
  | { kind: "branch"; branch: string; compareUrl: string }
  | {
      kind: "commit";
      branch: string;
      sha: string;
      url: string;
      /** Whether the branch had moved since the job began. */
      isMoved: boolean;
      /** Of an issue: our own pull request for it, which has the commit now. */
      pullRequest: number | undefined;
    }
  /** Not pushed on purpose. */
  | { kind: "withheld"; why: "dry_run" | "fork" }
  /** GitHub, or the patch, stood against it. `pushed` names a branch that got there all the same. */
  | {
      kind: "refused";
      code: ErrorCode;
      message: string;
      pushed?: { branch: string; compareUrl: string } | undefined;
    };
