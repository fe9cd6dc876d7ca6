// The pages that a person sees, and what their forms do.
import { randomBytes } from "node:crypto";
import { Hono } from "hono";
import { html } from "hono/html";
import { z } from "zod";
import { readCommit } from "../git/commits.ts";
import { diffFiles, diffText } from "../git/diff.ts";
import { pullChange } from "../git/pull-change.ts";
import { type World, fullName, gitOf, issueOf, pullOf, repositoryNamed } from "../model/world.ts";
import { HttpError } from "../rest/http-error.ts";
import { signatureOf } from "../shapes/rendered.ts";
import type { Seeding } from "../seeding/seeding.ts";
import { compose } from "./compose.ts";
import { type Tab, conversation } from "./conversation.ts";
import { fileCard } from "./diff-view.ts";
import { type Page, layout } from "./layout.ts";
import { index, repositoryList } from "./lists.ts";
import { when } from "./people.ts";

const NewComment = z.object({ author: z.string(), body: z.string() });
const Press = z.object({ identifier: z.string(), sender: z.string() });

/** All pages. Nothing in them comes from elsewhere, and nothing that people write can run. */
export function webRoutes(world: World, seeding: Seeding): Hono {
  const app = new Hono();

  async function show(page: Omit<Page, "nonce">): Promise<Response> {
    const nonce = randomBytes(12).toString("base64");
    return new Response(String(await layout({ ...page, nonce })), {
      headers: {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-store",
        "content-security-policy": `default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      },
    });
  }

  const crumbs = (name: string) => {
    const [owner = "", repo = ""] = name.split("/");
    return [
      { text: owner, href: "/" },
      { text: repo, href: `/${name}` },
    ];
  };

  /** `isBare`: what is said and nothing beside it, for a picture. */
  async function conversationPage(name: string, number: number, tab: Tab, isBare = false): Promise<Response> {
    const repository = repositoryNamed(world, name);
    const issue = issueOf(world, repository, number);
    return show({
      title: `${issue.title} · ${fullName(repository)} #${number}`,
      crumbs: crumbs(fullName(repository)),
      live: conversation(world, repository, issue, tab),
      ...(isBare
        ? {
            still: html`<style>
              aside {
                display: none;
              }
            </style>`,
          }
        : {}),
      ...(tab === "conversation" && !isBare ? { still: compose(world, repository, issue) } : {}),
    });
  }

  app.get("/", () =>
    show({ title: "Repositories", crumbs: [{ text: "Repositories", href: "/" }], live: index(world) }),
  );
  app.get("/_logs/:file{[0-9]+\\.txt}", (c) => {
    // Whoever got here has no token to show any more, and must send none.
    if (c.req.header("authorization") !== undefined) return c.text("unexpected credentials", 400);
    const id = Number.parseInt(c.req.param("file"), 10);
    return c.text(world.state.check_runs.find((run) => run.id === id)?.log ?? "");
  });
  app.get("/_images/:file{1-[0-9a-f-]+\\.png}", (c) => {
    if (c.req.header("authorization") !== undefined) return c.text("unexpected credentials", 400);
    const id = c.req.param("file").slice(2, -4);
    const content = world.state.uploads[id];
    if (content === undefined || c.req.query("jwt") !== signatureOf(world, id)) return c.text("", 404);
    return c.body(new Uint8Array(Buffer.from(content, "base64")));
  });
  app.get("/:owner/:repo/:kind{issues|pull}/:number{[0-9]+}", async (c) => {
    const { owner, repo, kind, number } = c.req.param();
    const name = `${owner}/${repo}`;
    const path = issueOf(world, repositoryNamed(world, name), Number(number)).pull ? "pull" : "issues";
    if (path !== kind) return c.redirect(`/${name}/${path}/${number}`);
    return conversationPage(name, Number(number), "conversation", c.req.query("bare") !== undefined);
  });
  app.get("/:owner/:repo/pull/:number{[0-9]+}/:tab{commits|files}", (c) => {
    const { owner, repo, number, tab } = c.req.param();
    return conversationPage(`${owner}/${repo}`, Number(number), tab === "files" ? "files" : "commits");
  });
  app.get("/:owner/:repo/pull/:file{[0-9]+\\.diff}", async (c) => {
    const { owner, repo, file } = c.req.param();
    const repository = repositoryNamed(world, `${owner}/${repo}`);
    const git = gitOf(world, repository);
    const { pull } = pullOf(world, repository, Number.parseInt(file, 10));
    const { from, to } = await pullChange(git, pull);
    return c.text(await diffText(git, from, to));
  });
  app.get("/:owner/:repo/commit/:sha{[0-9a-f]+}", async (c) => {
    const { owner, repo, sha } = c.req.param();
    const name = `${owner}/${repo}`;
    const git = gitOf(world, repositoryNamed(world, name));
    const commit = await readCommit(git, sha);
    const from = commit.parents[0] ?? (await git.line(["hash-object", "-t", "tree", "/dev/null"]));
    const files = await diffFiles(git, from, commit.sha);
    const [headline = "", ...rest] = commit.message.split("\n");
    const live = html`<h1>${headline}</h1>
      <pre class="mono">${rest.join("\n").trim()}</pre>
      <div class="meta">
        <b>${commit.author.name}</b> committed ${when(commit.committer.date)}
        <span class="ref mono">${commit.sha}</span>
      </div>
      ${files.map(fileCard)}`;
    return show({ title: headline, crumbs: crumbs(name), live });
  });
  app.get("/:owner/:repo", (c) => {
    const { owner, repo } = c.req.param();
    const repository = repositoryNamed(world, `${owner}/${repo}`);
    return show({
      title: fullName(repository),
      crumbs: crumbs(fullName(repository)),
      live: repositoryList(world, repository),
    });
  });

  app.post("/:owner/:repo/:kind{issues|pull}/:number{[0-9]+}/comment", async (c) => {
    const { owner, repo, kind, number } = c.req.param();
    const { author, body } = NewComment.parse(await c.req.parseBody());
    // A browser sends line ends as CRLF.
    const text = body.replaceAll("\r\n", "\n");
    const name = `${owner}/${repo}`;
    const { id } = await seeding.comment({ repo: name, number: Number(number), author, body: text });
    return c.redirect(`/${name}/${kind}/${number}#issuecomment-${id}`, 303);
  });
  app.post("/:owner/:repo/runs/:id{[0-9]+}", async (c) => {
    const { owner, repo, id } = c.req.param();
    const { identifier, sender } = Press.parse(await c.req.parseBody());
    const run = { repo: `${owner}/${repo}`, checkRunId: Number(id), sender };
    await (identifier === ""
      ? seeding.rerequestCheckRun(run)
      : seeding.pressCheckRunButton({ ...run, identifier }));
    return c.redirect(c.req.header("referer") ?? `/${owner}/${repo}`, 303);
  });
  app.notFound((c) => c.text("Not found", 404));
  app.onError((error, c) =>
    error instanceof HttpError ? c.text(error.message, 404) : c.text(error.message, 500),
  );
  return app;
}
