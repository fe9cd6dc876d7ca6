// What the demo does on the stand-in: as a person in place of the browser, and looking at what came of it.
import { z } from "zod";

const Comment = z.object({
  id: z.number(),
  body: z.string(),
  html_url: z.string(),
  user: z.object({ login: z.string() }),
});
const Pull = z.object({
  number: z.number(),
  html_url: z.string(),
  title: z.string(),
  draft: z.boolean(),
  head: z.object({ ref: z.string(), sha: z.string() }),
});
const Issue = z.object({ number: z.number(), html_url: z.string(), pull_request: z.unknown().optional() });
const Delivery = z.object({
  id: z.number(),
  event: z.string(),
  redelivery: z.boolean(),
  status_code: z.number().nullish(),
});

/** `base` is the stand-in's address; `token` a person's, for reading. */
export function createClient(base: string, repo: string) {
  async function send(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await fetch(`${base}${path}`, init);
    if (!response.ok)
      throw new Error(`${init.method ?? "GET"} ${path}: ${response.status} ${await response.text()}`);
    return response;
  }
  async function act<T>(name: string, schema: z.ZodType<T>, body: object): Promise<T> {
    const headers = { "content-type": "application/json" };
    return schema.parse(
      await (await send(`/_demo/${name}`, { method: "POST", headers, body: JSON.stringify(body) })).json(),
    );
  }
  let authorization = "";
  async function read<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    return schema.parse(
      await (await send(`/api/v3/repos/${repo}${path}`, { headers: { authorization } })).json(),
    );
  }
  const done = z.object({});

  return {
    async signIn(login: string): Promise<void> {
      const { token } = await act("users", z.object({ token: z.string() }), { login });
      authorization = `token ${token}`;
    },
    makeRepository: (from: string) => act("repositories", done, { name: repo, from, defaultBranch: "main" }),
    installApp: () => act("installations", done, { account: repo.split("/")[0] }),
    allow: (login: string, role: string) => act("permissions", done, { repo, login, role }),
    setWebhook: (url: string) => act("hook", done, { url }),
    openIssue: (author: string, title: string, body: string) =>
      act("issues", z.object({ number: z.number(), url: z.string() }), { repo, author, title, body }),
    comment: (author: string, number: number, body: string) =>
      act("comments", z.object({ id: z.number() }), { repo, number, author, body }),
    async issues(): Promise<z.infer<typeof Issue>[]> {
      return (await read("/issues?state=all", z.array(Issue))).filter((issue) => !issue.pull_request);
    },
    comments: (number: number) => read(`/issues/${number}/comments`, z.array(Comment)),
    pulls: () => read("/pulls?state=all", z.array(Pull)),
    async treeOf(sha: string): Promise<string> {
      return (await read(`/git/commits/${sha}`, z.object({ tree: z.object({ sha: z.string() }) }))).tree.sha;
    },
    async diff(number: number): Promise<string> {
      const headers = { authorization, accept: "application/vnd.github.diff" };
      return (await send(`/api/v3/repos/${repo}/pulls/${number}`, { headers })).text();
    },
    async deliveries(): Promise<z.infer<typeof Delivery>[]> {
      const schema = z.object({ deliveries: z.array(Delivery) });
      return schema.parse(await (await send("/_demo/deliveries")).json()).deliveries;
    },
    async redeliver(id: number): Promise<void> {
      await send(`/_demo/deliveries/${id}/redeliver`, { method: "POST" });
    },
  };
}

export type Client = ReturnType<typeof createClient>;
