// The parts of GitHub's payloads that the handlers read, and nothing more: a recorded payload often breaks
// GitHub's own schema elsewhere.
// https://docs.github.com/en/webhooks/webhook-events-and-payloads
import { z } from "zod";
import { Repository } from "../job/job-spec.ts";

export const Account = z.object({
  login: z.string().min(1),
  id: z.int(),
  type: z.string().default("User"),
});

const App = z.object({ id: z.int() });

/** In every payload that the handlers take. */
export const Envelope = z.object({
  action: z.string(),
  repository: z.object({
    name: z.string(),
    owner: z.object({ login: z.string() }),
    default_branch: z.string(),
    archived: z.boolean().default(false),
  }),
  sender: Account,
  /** Missing when a repository's own webhook points here instead of the App's. */
  installation: z.object({ id: z.int() }).optional(),
});
export type Envelope = z.infer<typeof Envelope>;

/** What issues and pull requests have in common. */
export const Subject = z.object({
  number: z.int(),
  title: z.string(),
  body: z.string().nullish(),
  user: Account.nullish(),
  state: z.string(),
  locked: z.boolean().default(false),
  comments: z.int().default(0),
  updated_at: z.string(),
});
export type Subject = z.infer<typeof Subject>;

export const Comment = z.object({
  id: z.int(),
  body: z.string().nullish(),
  created_at: z.string(),
  performed_via_github_app: App.nullish(),
  /** Of an answer in a review thread: the thread's first comment. */
  in_reply_to_id: z.int().nullish(),
});

/** The first comment of the review thread in which a review comment stands; itself when it begins one. */
export function threadOf({
  id,
  in_reply_to_id: first,
}: Pick<z.infer<typeof Comment>, "id" | "in_reply_to_id">): number {
  return first ?? id;
}

/** The repository as jobs and intents name it; undefined without an installation, since nothing can be done then. */
export function repositoryOf(payload: Envelope, host: string): Repository | undefined {
  if (!payload.installation) return undefined;
  return Repository.parse({
    host,
    owner: payload.repository.owner.login,
    name: payload.repository.name,
    default_branch: payload.repository.default_branch,
    installation_id: payload.installation.id,
  });
}
