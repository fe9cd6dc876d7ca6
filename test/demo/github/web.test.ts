// The conversation page: what people see, and that nothing which they write can run.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { StandIn } from "../../../demo/github/stand-in.ts";
import { renderMarkdown } from "../../../demo/github/web/markdown.ts";
import { repo, start } from "./harness.ts";

let standIn: StandIn;
let end: () => Promise<void>;

beforeAll(async () => {
  ({ standIn, end } = await start());
});

afterAll(() => end());

const get = (path: string) => fetch(`${standIn.url}${path}`);
const render = (source: string) => renderMarkdown(source, "/acme/shop");

test("a pull request's page tells its story, its commits and its diff", async () => {
  const { number: issue } = await standIn.openIssue({
    repo,
    title: "Total is wrong",
    author: "alice",
    labels: ["bug"],
  });
  await standIn.commitFiles({
    repo,
    branch: "f",
    files: { "README.md": "# store\n" },
    message: "Rename",
    author: "alice",
  });
  const { number } = await standIn.openPullRequest({
    repo,
    title: "Call it a store",
    body: `Closes #${issue}`,
    author: standIn.app.botLogin,
    head: "f",
    draft: true,
  });
  const { id } = await standIn.comment({
    repo,
    number,
    author: "alice",
    body: "| a | b |\n|---|---|\n| 1 | 2 |",
  });
  await standIn.react({ repo, subjectId: id, content: "rocket", login: "alice" });
  await standIn.review({
    repo,
    number,
    author: "alice",
    comments: [{ path: "README.md", line: 1, body: "Sure?" }],
  });
  const page = await (await get(`/acme/shop/pull/${number}`)).text();
  for (const part of [
    "Draft",
    "Call it a store",
    "🚀 1",
    "<table>",
    "Rename",
    "Sure?",
    "Total is wrong",
    "patchbay",
  ]) {
    expect(page).toContain(part);
  }
  expect(await (await get(`/acme/shop/pull/${number}/files`)).text()).toMatch(/class="add"[^]*# store/);
  expect(await (await get(`/acme/shop/pull/${number}/commits`)).text()).toContain("Rename");
  expect(await (await get(`/acme/shop/pull/${number}.diff`)).text()).toContain("+# store");
  expect((await get(`/acme/shop/issues/${number}`)).url).toMatch(/\/pull\/\d+$/);
  expect(await (await get("/")).text()).toContain("Call it a store");
});

test("the form writes as the chosen person and leads back", async () => {
  const { number } = await standIn.openIssue({ repo, title: "A", author: "alice" });
  const answer = await fetch(`${standIn.url}/acme/shop/issues/${number}/comment`, {
    method: "POST",
    body: new URLSearchParams({ author: "alice", body: "/agent go\r\nnow" }),
    redirect: "manual",
  });
  const comment = standIn.state.comments.at(-1);
  expect(comment).toMatchObject({ author: "alice", body: "/agent go\nnow", number });
  expect([answer.status, answer.headers.get("location")]).toEqual([
    303,
    `/acme/shop/issues/${number}#issuecomment-${comment?.id}`,
  ]);
});

test("an open page hears of every change", async () => {
  const { body } = await get("/_demo/events");
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader?.read())?.value).toContain("hello");
  await standIn.openIssue({ repo, title: "News", author: "alice" });
  expect((await reader?.read())?.value).toContain("change");
  await reader?.cancel();
});

test("nothing from elsewhere may run or be loaded", async () => {
  const { headers } = await get("/");
  expect(headers.get("content-security-policy")).toMatch(/default-src 'none'.*script-src 'nonce-/);
});

test.each([
  ["<script>alert(1)</script>", /<script/],
  ['<img src=x onerror="alert(1)">', /<img/],
  ["[x](javascript:alert(1))", /href="javascript/],
  ['<details ontoggle="alert(1)" open>x</details>', /<details[^>]*ontoggle/],
  ["<!-- hidden\nmarker -->after", /hidden|marker|<!--/],
  ["text <!-- hidden --> text", /hidden/],
  ['<a href="https://x">y</a>', /<a/],
  ["<summary><svg/onload=alert(1)></summary>", /<svg/],
])("renders %j harmlessly", (source, forbidden) => {
  expect(render(source)).not.toMatch(forbidden);
});

test("renders what GitHub renders", () => {
  expect(render("- [x] done")).toContain('type="checkbox"');
  expect(render("<details><summary>More</summary>\n\n**text**\n\n</details>")).toBe(
    "<details><summary>More</summary>\n<p><strong>text</strong></p>\n</details>",
  );
  expect(render("`<details>` and `#1`")).toBe("<p><code>&lt;details&gt;</code> and <code>#1</code></p>");
  expect(render("see #1, @alice")).toContain('<a href="/acme/shop/issues/1">#1</a>, <span class="mention">');
  expect(render("> [!NOTE]\n> hm")).toContain('class="alert note"');
  expect(render("```diff\n-a\n+b\n```")).toMatch(/dl d">-a.*dl a">\+b/);
});
