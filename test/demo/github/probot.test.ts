// Probot itself against the stand-in, as Patchbay runs it: GHE addresses, signed webhooks, an installation's token.
import { once } from "node:events";
import { createServer } from "node:http";
import { Probot, createNodeMiddleware } from "probot";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { StandIn } from "../../../demo/github/stand-in.ts";
import { repo, start } from "./harness.ts";

let standIn: StandIn;
let end: () => Promise<void>;

beforeAll(async () => {
  ({ standIn, end } = await start());
});

afterAll(() => end());

test("a comment reaches a handler, which answers with a reaction and a comment", async () => {
  const probot = new Probot({
    appId: standIn.app.id,
    privateKey: standIn.app.privateKey,
    secret: standIn.app.webhookSecret,
    baseUrl: `${standIn.url}/api/v3`,
    logLevel: "fatal",
  });
  const app = (one: Probot) => {
    one.on("issue_comment.created", async (context) => {
      if (context.payload.sender.type === "Bot") return;
      await context.octokit.rest.reactions.createForIssueComment({
        ...context.repo(),
        comment_id: context.payload.comment.id,
        content: "eyes",
      });
      await context.octokit.rest.issues.createComment(context.issue({ body: "Heard you." }));
    });
  };
  const middleware = await createNodeMiddleware(app, { probot, webhooksPath: "/hook" });
  const server = createServer((request, response) => void middleware(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    await standIn.setWebhookUrl(`http://127.0.0.1:${port}/hook`);
    const { number } = await standIn.openIssue({ repo, title: "A", author: "alice" });
    const { id } = await standIn.comment({ repo, number, author: "alice", body: "/agent" });
    const answer = await standIn.until(
      () => standIn.state.comments.find((comment) => comment.author === standIn.app.botLogin),
      { what: "the bot's comment" },
    );
    expect(answer).toMatchObject({ number, body: "Heard you.", via_app: true });
    expect(standIn.state.reactions).toMatchObject([{ subject_id: id, content: "eyes" }]);
    await standIn.settled();
    expect(new Set(standIn.deliveries.map((delivery) => delivery.status_code))).toEqual(new Set([200]));
    expect(standIn.violations).toEqual([]);
  } finally {
    server.close();
  }
});
