// What the publisher needs of the rest of the house.
import type { Git, GitAuth } from "../io/git.ts";
import type { GitHub } from "../io/github.ts";
import type { Mirrors } from "../io/mirror.ts";
import type { CandidateLabel } from "../job/compare.ts";
import type { Intent } from "../job/intent.ts";
import type { JobSpec, Repository } from "../job/job-spec.ts";
import type { JobState } from "../job/job-state.ts";
import type { Publication } from "../job/publication.ts";
import type { QueueState } from "../job/queue-state.ts";
import type { JobResult } from "../job/result.ts";
import type { ReviewFindings } from "../job/review-finding.ts";
import type { Log } from "../log.ts";

interface PublisherArtifacts {
  readJob(jobId: string): Promise<JobSpec | undefined>;
  readState(jobId: string): Promise<JobState | undefined>;
  readResult(jobId: string): Promise<JobResult | undefined>;
  /** At most `maxBytes` of a text. */
  readText(jobId: string, file: "report.md" | "logs.txt", maxBytes: number): Promise<string | undefined>;
  readPatch(jobId: string): Promise<Buffer | undefined>;
  readCandidate(jobId: string, label: CandidateLabel): Promise<Buffer | undefined>;
  writePatch(jobId: string, patch: Uint8Array): Promise<void>;
  /** At most `maxBytes` of `<step_id>/<file>`. */
  readInput(jobId: string, path: string, maxBytes: number): Promise<string | undefined>;
  readFindings(jobId: string, stepId: string): Promise<ReviewFindings | undefined>;
  writeResult(result: JobResult): Promise<void>;
  writeState(state: JobState): Promise<void>;
  readPublication(jobId: string): Promise<Publication | undefined>;
  writePublication(publication: Publication): Promise<void>;
}

export type PublisherGitHub = Pick<
  GitHub,
  | "comments"
  | "createComment"
  | "updateComment"
  | "deleteComment"
  | "react"
  | "threadCommentsSince"
  | "replyInThread"
  | "updateThreadComment"
  | "deleteThreadComment"
  | "openPullRequests"
  | "pullRequestsFrom"
  | "createPullRequest"
  | "updatePullRequest"
  | "branchHead"
  | "createBranch"
  | "commitOnBranch"
  | "treeOf"
  | "pullRequest"
  | "reviews"
  | "createReview"
  | "threadStates"
  | "resolveThread"
  | "dismissReview"
  | "labelsOf"
  | "ensureLabel"
  | "addLabel"
  | "removeLabel"
  | "findCheckRun"
  | "createCheckRun"
  | "updateCheckRun"
>;

/** A token that can write to one repository's contents, for as long as a push takes. */
interface WriteToken extends GitAuth {
  revoke(): Promise<void>;
}

export interface Place {
  /** How many jobs are to be started before this one. */
  ahead: number;
  /** When it will probably start; undefined when nothing is known about how long jobs take. */
  startsAt: Date | undefined;
}

/** The App as GitHub knows it. */
export interface AppIdentity {
  id: number;
  slug: string;
  /** `<slug>[bot]` */
  botLogin: string;
  botEmail: string;
}

/** Something of a job that is on GitHub now. */
export interface Said {
  job_id: string;
  epoch: number;
  branch?: Publication["branch"];
  pull_request?: Publication["pull_request"];
  comment?: Publication["comment"];
  review?: Publication["review"];
  findings?: Publication["findings"];
  final?: boolean;
}

/** The job queue, as far as a person's decision moves a ticket in it. */
interface PublisherJobs {
  state(jobId: string): Promise<QueueState | undefined>;
  approve(jobId: string, note: string): Promise<boolean>;
  settle(jobId: string, note: string): Promise<boolean>;
  /** Ends it wherever it is. What had not begun gets its result, and its publication is asked for. */
  cancel(jobId: string, note: string): Promise<"cancelled" | "requested" | "finished" | "unknown">;
}

/** A person's decision that is about to take effect. */
export interface Decided extends Pick<
  Extract<Intent, { kind: "decide" }>,
  "decision" | "job_id" | "by" | "marker"
> {
  sha256?: string | undefined;
  /** The commit on which a released patch goes. */
  onto?: string | undefined;
}

export interface PublisherDeps {
  artifacts: PublisherArtifacts;
  github(installationId: number): Promise<PublisherGitHub>;
  /** Called only after the agent has ended; never cached. */
  writeToken(repository: Repository, needs: { workflows: boolean }): Promise<WriteToken>;
  mirrors: Pick<Mirrors, "fetch">;
  git: Git;
  /** Whether GitHub may be asked to make commits itself, so that they are verified. */
  hasVerifiedCommits: boolean;
  /** The scheme and host of a repository with a closing slash, such as `https://github.com/`. */
  originOf(repository: Repository): string;
  app: AppIdentity;
  /** Whether a patch that touches the path would be held for a person; `more` are the repository's own globs. */
  isProtected(path: string, more: readonly string[]): boolean;
  mask(text: string): string;
  /** Where a waiting job stands in the queue; undefined when it isn't waiting. */
  place(jobId: string): Promise<Place | undefined>;
  jobs: PublisherJobs;
  /** The word that begins a command. */
  trigger: string;
  /** With which the labels begin that start jobs and tell where they stand, such as `agent:`. */
  labelPrefix: string;
  publicUrl?: string | undefined;
  /** Only its last folder's name is ever shown. */
  artifactsRoot: string;
  /** A folder for temporary index files and objects. */
  workRoot: string;
  /** Keeps the record of what was said; throws TransientError when it can't, and then nothing counts as said. */
  audit(said: Said): Promise<void>;
  /** The same for what a person decided. */
  auditDecided(decided: Decided): Promise<void>;
  log: Pick<Log, "error" | "warn">;
  clock: () => Date;
}
