// What every handler has in common: decode, see what is asked, translate, hand over.
import type { Answer, Ask } from "../command/answer.ts";
import type { DecideRepair } from "../command/repair.ts";
import type { KnownNames } from "../command/repository-configuration/read.ts";
import type { GitHub } from "../io/github.ts";
import type { Intent } from "../job/intent.ts";
import type { Queue } from "../queue/contract.ts";
import type { Delivery } from "../job/delivery.ts";
import type { JobSpec, Repository } from "../job/job-spec.ts";
import type { Log } from "../log.ts";

/** Handles one delivery; `payload` is Probot's, still to be decoded. */
export type Handler = (delivery: Delivery, payload: unknown) => Promise<void>;

export interface HandlerOptions {
  answer: Answer;
  /** What a comment asks for; undefined when it holds no command. */
  parse: (body: string) => Ask | undefined;
  /** What a label of ours asks for; undefined when it is none of ours. */
  readLabel: (name: string) => Ask | "state" | undefined;
  /** What the repository's configuration has made of any other label. */
  readMappedLabel: (repository: Repository, name: string) => Promise<Ask | undefined>;
  /** What taking a label off asks for; undefined when it asks for nothing. */
  readRemovedLabel: (name: string) => Ask | undefined;
  /** A job by its id. */
  readJob: (jobId: string) => Promise<JobSpec | undefined>;
  /** Cancels the jobs that fit and have not ended; returns how many there were. */
  cancelWhere: (fits: (spec: JobSpec) => boolean, note: string) => Promise<number>;
  decideRepair: DecideRepair;
  /** What a word to a pull request needs that nobody asked for. */
  notices: {
    github: (installationId: number) => Promise<Pick<GitHub, "fileText">>;
    outbox: Pick<Queue<Intent>, "enqueue">;
    known: KnownNames;
  };
  /** Of GitHub, such as github.com. */
  host: string;
  log: Log;
}
