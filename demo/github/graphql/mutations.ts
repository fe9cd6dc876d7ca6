// What a bot changes through GraphQL.
import { z } from "zod";
import { setDraft } from "../actions/pulls.ts";
import { refsChanged } from "../actions/refs.ts";
import { refuseWorkflows } from "../actions/refuse-workflows.ts";
import { identityOf } from "../actions/repositories.ts";
import { resolveThread } from "../actions/threads.ts";
import { notFound, staleBranch, unprocessable } from "../guesses.ts";
import type { Repository } from "../model/state.ts";
import { type PullIssue, gitOf, isPull, repositoryById, repositoryNamed } from "../model/world.ts";
import { parseNodeId } from "../shapes/links.ts";
import { type Context, loginOf, require } from "./context.ts";
import { commitNode, pullNode, repositoryNode } from "./nodes.ts";
import { threadNode } from "./thread-node.ts";

const CommitInput = z.object({
  clientMutationId: z.string().nullish(),
  branch: z.object({
    id: z.string().nullish(),
    repositoryNameWithOwner: z.string().nullish(),
    branchName: z.string().nullish(),
  }),
  expectedHeadOid: z.string(),
  message: z.object({ headline: z.string(), body: z.string().nullish() }),
  fileChanges: z
    .object({
      additions: z.array(z.object({ path: z.string(), contents: z.string() })).nullish(),
      deletions: z.array(z.object({ path: z.string() })).nullish(),
    })
    .nullish(),
});
const ThreadInput = z.object({ threadId: z.string(), clientMutationId: z.string().nullish() });
const PullInput = z.object({ pullRequestId: z.string(), clientMutationId: z.string().nullish() });

interface Arguments {
  input: unknown;
}

/** The mutations for one request. Each writes alone on its repository. */
export function mutations(context: Context) {
  const { world } = context;

  function branchOf(branch: z.infer<typeof CommitInput>["branch"]): { repository: Repository; name: string } {
    if (branch.id) {
      const [id = "", ...ref] = parseNodeId(branch.id).id.split(":");
      return {
        repository: repositoryById(world, Number(id)),
        name: ref.join(":").replace("refs/heads/", ""),
      };
    }
    const repository = repositoryNamed(world, branch.repositoryNameWithOwner ?? "");
    return { repository, name: (branch.branchName ?? "").replace(/^refs\/heads\//, "") };
  }

  async function createCommitOnBranch({ input }: Arguments) {
    const wishes = CommitInput.parse(input);
    const { repository, name } = branchOf(wishes.branch);
    require(context, repository, { contents: "write" });
    const sha = await world.alone(repository, () => commit(repository, name, wishes));
    return {
      clientMutationId: wishes.clientMutationId ?? null,
      commit: () => commitNode(context, repository, sha),
      ref: () => repositoryNode(context, repository).ref({ qualifiedName: `refs/heads/${name}` }),
    };
  }

  async function commit(repository: Repository, name: string, wishes: z.infer<typeof CommitInput>) {
    const git = gitOf(world, repository);
    const ref = `refs/heads/${name}`;
    const before = await git.resolve(ref);
    if (before === null) throw notFound();
    if (before !== wishes.expectedHeadOid) throw staleBranch(wishes.expectedHeadOid);
    const known = new Map((await git.tree(before, true)).map((entry) => [entry.path, entry]));
    const changes = [];
    for (const { path } of wishes.fileChanges?.deletions ?? []) {
      if (!known.has(path))
        throw unprocessable(`A path was requested for deletion which does not exist: ${path}`);
      changes.push({ path, mode: "100644", type: "blob", sha: null });
    }
    for (const { path, contents } of wishes.fileChanges?.additions ?? []) {
      const sha = await git.writeBlob(Buffer.from(contents, "base64"));
      changes.push({ path, mode: known.get(path)?.mode ?? "100644", type: "blob", sha });
    }
    const { headline, body } = wishes.message;
    const author = identityOf(world, loginOf(context));
    const after = await git.writeCommit({
      tree: await git.writeTree(before, changes),
      parents: [before],
      message: body ? `${headline}\n\n${body}` : headline,
      author,
      committer: { name: "GitHub", email: "noreply@github.com", date: author.date },
    });
    await refuseWorkflows(world, context.actor, repository, after);
    world.state.signed_commits.push(after);
    await git.setRef(ref, after, before);
    await refsChanged(world, repository, [{ ref, before, after }], loginOf(context));
    return after;
  }

  async function resolve({ input }: Arguments, resolved: boolean) {
    const wishes = ThreadInput.parse(input);
    const { id } = parseNodeId(wishes.threadId);
    const thread = world.state.threads.find((one) => one.id === Number(id));
    if (!thread) throw notFound();
    const repository = repositoryById(world, thread.repository_id);
    require(context, repository, { pull_requests: "write" });
    const login = loginOf(context);
    await world.alone(repository, async () => resolveThread(world, thread, resolved ? login : null, login));
    return { clientMutationId: wishes.clientMutationId ?? null, thread: () => threadNode(context, thread) };
  }

  async function draft({ input }: Arguments, on: boolean) {
    const wishes = PullInput.parse(input);
    const { id } = parseNodeId(wishes.pullRequestId);
    const issue = world.state.issues.find((one): one is PullIssue => isPull(one) && one.id === Number(id));
    if (!issue) throw notFound();
    const repository = repositoryById(world, issue.repository_id);
    require(context, repository, { pull_requests: "write" });
    await world.alone(repository, () => setDraft(world, repository, issue, on, loginOf(context)));
    return {
      clientMutationId: wishes.clientMutationId ?? null,
      pullRequest: () => pullNode(context, repository, issue),
    };
  }

  return {
    createCommitOnBranch,
    resolveReviewThread: (args: Arguments) => resolve(args, true),
    unresolveReviewThread: (args: Arguments) => resolve(args, false),
    markPullRequestReadyForReview: (args: Arguments) => draft(args, false),
    convertPullRequestToDraft: (args: Arguments) => draft(args, true),
  };
}
