// What the publisher needs of the rest of the house.
import type { Git } from "../io/git.ts";
import type { GitHub } from "../io/github.ts";
import type { Mirrors } from "../io/mirror.ts";
import type { JobSpec, Repository } from "../job/job-spec.ts";
import type { JobState } from "../job/job-state.ts";
import type { Publication } from "../job/publication.ts";
import type { JobResult } from "../job/result.ts";

interface PublisherArtifacts {
  readJob(jobId: string): Promise<JobSpec | undefined>;
  readState(jobId: string): Promise<JobState | undefined>;
  readResult(jobId: string): Promise<JobResult | undefined>;
  /** At most `maxBytes` of a text. */
  readText(jobId: string, file: "report.md" | "logs.txt", maxBytes: number): Promise<string | undefined>;
  readPatch(jobId: string): Promise<Buffer | undefined>;
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
  | "pullRequestsFrom"
  | "createPullRequest"
>;

/** A token that can write to one repository's contents, for as long as a push takes. */
interface WriteToken {
  token: string;
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
  final?: boolean;
}

export interface PublisherDeps {
  artifacts: PublisherArtifacts;
  github(installationId: number): Promise<PublisherGitHub>;
  /** Called only after the agent has ended; never cached. */
  writeToken(repository: Repository): Promise<WriteToken>;
  mirrors: Pick<Mirrors, "fetch">;
  git: Git;
  /** The scheme and host of a repository with a closing slash, such as `https://github.com/`. */
  originOf(repository: Repository): string;
  app: AppIdentity;
  mask(text: string): string;
  /** Where a waiting job stands in the queue; undefined when it isn't waiting. */
  place(jobId: string): Promise<Place | undefined>;
  publicUrl?: string | undefined;
  /** Only its last folder's name is ever shown. */
  artifactsRoot: string;
  /** A folder for temporary index files and objects. */
  workRoot: string;
  /** Keeps the record of what was said; throws TransientError when it can't, and then nothing counts as said. */
  audit(said: Said): Promise<void>;
  clock: () => Date;
}
