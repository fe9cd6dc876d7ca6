// The same acts over HTTP, for the demo process and the web view's own forms. Guarded by loopback alone.
import { Hono } from "hono";
import { z } from "zod";
import { HttpError } from "../rest/http-error.ts";
import {
  Archiving,
  Locking,
  Button,
  CommentEdit,
  CommentRef,
  Drafting,
  Hook,
  Installing,
  Labeling,
  Merge,
  NewComment,
  NewCommit,
  NewIssue,
  NewPull,
  NewReaction,
  NewReply,
  NewRepository,
  NewReview,
  NewUser,
  Permission,
  Rerun,
  Resolution,
  StateChange,
  Suspension,
} from "../seeding/wishes.ts";
import type { Seeding } from "../seeding/seeding.ts";

/** Binds a schema to an act. */
function command<T>(schema: z.ZodType<T>, run: (input: T) => Promise<unknown>) {
  return (body: unknown) => run(schema.parse(body));
}

/** `POST /_demo/<act>` with a JSON body; answers the act's result, or `{}`. */
export function actRoutes(seeding: Seeding): Hono {
  const acts: Record<string, (body: unknown) => Promise<unknown>> = {
    users: command(NewUser, ({ login, type }) => seeding.createUser(login, type)),
    repositories: command(NewRepository, ({ name, ...rest }) => seeding.createRepository(name, rest)),
    installations: command(Installing, seeding.installApp),
    "installations/remove": command(z.object({ account: z.string() }), ({ account }) =>
      seeding.uninstallApp(account),
    ),
    "installations/suspend": command(Suspension, ({ account, suspended }) =>
      seeding.suspendApp(account, suspended),
    ),
    permissions: command(Permission, ({ repo, login, role }) => seeding.setPermission(repo, login, role)),
    archive: command(Archiving, ({ repo, archived }) => seeding.archive(repo, archived)),
    lock: command(Locking, (wishes) => seeding.lock(wishes)),
    issues: command(NewIssue, seeding.openIssue),
    "issues/state": command(StateChange, seeding.setState),
    comments: command(NewComment, seeding.comment),
    "comments/edit": command(CommentEdit, seeding.editComment),
    "comments/delete": command(CommentRef, seeding.deleteComment),
    labels: command(Labeling, seeding.addLabel),
    "labels/remove": command(Labeling, seeding.removeLabel),
    reactions: command(NewReaction, seeding.react),
    pulls: command(NewPull, seeding.openPullRequest),
    "pulls/merge": command(Merge, seeding.mergePullRequest),
    "pulls/draft": command(Drafting, seeding.setDraft),
    commits: command(NewCommit, seeding.commitFiles),
    reviews: command(NewReview, seeding.review),
    "reviews/reply": command(NewReply, seeding.reply),
    "threads/resolve": command(Resolution, seeding.resolveThread),
    "check-runs/rerequest": command(Rerun, seeding.rerequestCheckRun),
    "check-runs/action": command(Button, seeding.pressCheckRunButton),
    hook: command(Hook, ({ url, ping }) => seeding.setWebhookUrl(url, { ping })),
  };
  const app = new Hono();
  for (const [path, act] of Object.entries(acts)) {
    app.post(`/${path}`, async (c) => {
      const result = await act(await c.req.json());
      return c.json(result ?? {});
    });
  }
  app.onError((error, c) => {
    if (error instanceof z.ZodError) return c.json({ message: z.prettifyError(error) }, 422);
    if (error instanceof HttpError) return Response.json(error.body, { status: error.status });
    return c.json({ message: error.message }, 400);
  });
  return app;
}
