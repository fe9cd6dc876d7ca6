// The gateway from outside: one started process, asked over HTTP.
import { connect } from "node:net";
import { readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { temporaryFolder } from "../temp-folder.ts";
import { openApi } from "./open-api.ts";

const folder = await temporaryFolder();
const api = await openApi(folder, { MAX_API_BODY_BYTES: "4096" });
afterAll(() => api.world.stop());
const { ask, submit, until, tokens, everything } = api;

const Problem = z.object({
  status: z.number(),
  detail: z.string(),
  errors: z.array(z.object({ field: z.string(), detail: z.string() })).optional(),
});

async function problem(answer: Response): Promise<z.infer<typeof Problem>> {
  expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
  const found = Problem.parse(await answer.json());
  expect(found.status).toBe(answer.status);
  return found;
}

/** What the server answers to exactly these bytes. */
async function raw(text: string): Promise<string> {
  const socket = connect(api.port, "127.0.0.1");
  socket.end(text);
  let answer = "";
  for await (const part of socket.setEncoding("utf8")) answer += String(part);
  return answer;
}

describe("a job", () => {
  test("is handed in, runs, and is put on a branch of its project", async () => {
    const { job_id: id } = await submit({ goal: "add a note to CONTRIBUTING.md", tags: ["nightly"] });
    const job = await until(id, "success");
    expect(job).toMatchObject({ project: "shop", change_status: "changed", tags: ["nightly"] });

    const List = z.object({ artifacts: z.array(z.object({ name: z.string(), bytes: z.number() })) });
    const { artifacts } = List.parse(await (await ask("GET", `/jobs/${id}/artifacts`)).json());
    expect(artifacts.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["job.json", "patch.diff", "report.md", "steps/02_implement/patch.diff"]),
    );
    const patch = await ask("GET", `/jobs/${id}/artifacts/patch.diff`);
    expect(patch.headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(await patch.text()).toContain("CONTRIBUTING.md");

    const applied = await ask("POST", `/jobs/${id}/apply`);
    const { branch } = z.object({ branch: z.string() }).parse(await applied.json());
    expect(await api.shop.git("diff", "--name-only", "main", branch)).toBe("CONTRIBUTING.md");
    expect(await (await ask("POST", `/jobs/${id}/apply`)).json()).toMatchObject({ branch });
  });

  test("that wants an approval waits for it, and begins then", async () => {
    const { job_id: id } = await submit({
      goal: "a note",
      pipeline: "ask",
      policy: { requires_approval: true },
    });
    await until(id, "needs_human");
    expect((await ask("POST", `/jobs/${id}/approve`)).status).toBe(202);
    await until(id, "success");
    expect((await ask("POST", `/jobs/${id}/approve`)).status).toBe(409);
  });

  test("that waits is cancelled; one that has ended is done again from a step", async () => {
    const { job_id: id } = await submit({ goal: "a note", policy: { requires_approval: true } });
    await until(id, "needs_human");
    expect((await ask("POST", `/jobs/${id}/retry`)).status).toBe(409);
    expect((await ask("POST", `/jobs/${id}/cancel`)).status).toBe(202);
    await until(id, "cancelled");
    const done = await submit({ goal: "add a note" });
    await until(done.job_id, "success");
    const again = await ask("POST", `/jobs/${done.job_id}/retry`, { body: { from: "03_review" } });
    expect(again.status).toBe(202);
    const { job_id: second } = z.object({ job_id: z.string() }).parse(await again.json());
    await until(second, "success");
    expect(api.world.spec(second)?.rerun).toEqual({ job_id: done.job_id, from_step: "03_review" });
  });

  test("is listed page by page, newest first", async () => {
    const Page = z.object({
      jobs: z.array(z.looseObject({ job_id: z.string() })),
      next_cursor: z.string().nullable(),
    });
    const list = async (query: string) => Page.parse(await (await ask("GET", `/jobs?${query}`)).json());
    const first = await submit({ goal: "one", pipeline: "ask", tags: ["page"] });
    const second = await submit({ goal: "two", pipeline: "ask", tags: ["page"] });
    const one = await list("tag=page&limit=1");
    expect(one.jobs).toMatchObject([{ job_id: second.job_id }]);
    const two = await list(`tag=page&limit=1&cursor=${one.next_cursor}`);
    expect(two.jobs).toMatchObject([{ job_id: first.job_id }]);
    expect((await problem(await ask("GET", "/jobs?limit=0"))).errors).toMatchObject([{ field: "limit" }]);
  });
});

describe("the events of a job", () => {
  const idsOf = (text: string): string[] => [...text.matchAll(/^id: (.*)$/gm)].map(([, id = ""]) => id);

  test("tell status and logs until its end, and go on after the one that was seen last", async () => {
    const { job_id: id } = await submit({ goal: "add a note to CONTRIBUTING.md" });
    const all = await (await ask("GET", `/jobs/${id}/events`)).text();
    const events = [...all.matchAll(/^event: (.*)$/gm)].map(([, event]) => event);
    expect(events.at(-1)).toBe("end");
    expect(new Set(events)).toEqual(new Set(["status", "log", "end"]));
    expect(all).toContain('"step_id":"03_review"');

    const ids = idsOf(all);
    const seen = ids[ids.length - 3] ?? "";
    const rest = await ask("GET", `/jobs/${id}/events`, { headers: { "Last-Event-ID": seen } });
    expect(idsOf(await rest.text())).toEqual(ids.slice(-2));
    const nothing = await ask("GET", `/jobs/${id}/events`, { headers: { "Last-Event-ID": "end" } });
    expect(nothing.status).toBe(204);
    const strange = await ask("GET", `/jobs/${id}/events`, { headers: { "Last-Event-ID": "9e9;x" } });
    expect(idsOf(await strange.text()).at(-1)).toBe("end");
  });
});

describe("the reference", () => {
  test("is a document whose every reference leads somewhere, and a page that loads nothing", async () => {
    const text = await (await ask("GET", "/openapi.json", { as: "" })).text();
    const document: unknown = JSON.parse(text);
    const refs = [...text.matchAll(/"\$ref":"(#[^"]*)"/g)].map(([, ref = ""]) => ref);
    expect(refs.length).toBeGreaterThan(10);
    const lost = [...new Set(refs)].filter((ref) => {
      let at: unknown = document;
      for (const part of ref.slice(2).split("/")) {
        at = typeof at === "object" && at !== null ? new Map(Object.entries(at)).get(part) : undefined;
      }
      return at === undefined;
    });
    expect(lost).toEqual([]);
    expect(document).toMatchObject({
      paths: { "/jobs": { post: { responses: { 202: {} } } } },
      components: { schemas: { JobRequest: { required: expect.arrayContaining(["project", "goal"]) } } },
    });

    const page = await ask("GET", "/docs", { as: "" });
    expect(page.headers.get("Content-Security-Policy")).toMatch(/^default-src 'none'; style-src 'sha256-/);
    const html = await page.text();
    expect(html).toContain("POST /jobs/{id}/apply");
    expect(html).not.toMatch(/<script|https?:\/\/(?!json-schema)/);
  });
});

describe("who asks", () => {
  test("without a token, or with one that isn't known, learns nothing", async () => {
    const { job_id: id } = await submit({ goal: "a note", pipeline: "ask" });
    const answers = [];
    for (const as of ["", "nonsense", `${api.token.slice(0, -1)}_`]) {
      for (const at of [`/jobs/${id}`, "/jobs/none-like-this", "/nothing"]) {
        const answer = await ask("GET", at, { as });
        answers.push({ text: await answer.text(), asks: answer.headers.get("WWW-Authenticate") });
      }
    }
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]).toMatchObject({ text: expect.stringContaining("401"), asks: "Bearer" });
  });

  test("with another project's token sees neither the job nor the project", async () => {
    const other = await tokens.create({ name: "other", projects: ["other"], rights: everything }, new Date());
    const { job_id: id } = await submit({ goal: "a note", pipeline: "ask" });
    for (const [method, at] of [
      ["GET", ""],
      ["GET", "/artifacts"],
      ["GET", "/artifacts/job.json"],
      ["POST", "/cancel"],
      ["POST", "/retry"],
      ["POST", "/approve"],
      ["POST", "/apply"],
    ]) {
      const theirs = await ask(method ?? "", `/jobs/${id}${at}`, { as: other });
      const none = await ask(method ?? "", `/jobs/${"0".repeat(32)}${at}`, { as: other });
      expect({ at, status: theirs.status }).toEqual({ at, status: 404 });
      expect(await theirs.text()).toBe(await none.text());
    }
    const list = await ask("GET", "/jobs", { as: other });
    expect(await list.json()).toEqual({ jobs: [], next_cursor: null });
    const messages = [];
    for (const project of ["shop", "none"]) {
      const answer = await ask("POST", "/jobs", { as: other, body: { project, goal: "x" } });
      messages.push((await problem(answer)).detail.replace(project, ""));
    }
    expect(messages[0]).toBe(messages[1]);
  });

  test("has only the token's rights, and none once it is revoked", async () => {
    const reader = await tokens.create({ name: "reader", projects: ["shop"], rights: ["read"] }, new Date());
    expect((await ask("GET", "/jobs", { as: reader })).status).toBe(200);
    const { job_id: id } = await submit({ goal: "a note", pipeline: "ask" });
    for (const at of ["/jobs", `/jobs/${id}/cancel`, `/jobs/${id}/approve`, `/jobs/${id}/apply`]) {
      expect((await ask("POST", at, { as: reader, body: { project: "shop", goal: "x" } })).status).toBe(403);
    }
    await tokens.revoke("reader");
    expect((await ask("GET", "/jobs", { as: reader })).status).toBe(401);
  });

  test("can't get at another's job by a name of a file", async () => {
    const { job_id: id } = await submit({ goal: "a note", pipeline: "ask" });
    await until(id, "success");
    const { job_id: victim } = await submit({ goal: "secret plan", pipeline: "ask" });
    await symlink(join(folder, "tokens.json"), join(folder, "world/artifacts", id, "context.json.link"));
    for (const name of [
      `..%2f${victim}%2fjob.json`,
      `%2e%2e/${victim}/job.json`,
      "..%5c..%5ctokens.json",
      "%2fetc%2fpasswd",
      "steps/01_answer/..%2f..%2fjob.json",
      "context.json.link",
      "publication.json%00",
      ".",
    ]) {
      const answer = await ask("GET", `/jobs/${id}/artifacts/${name}`);
      expect({ name, status: answer.status }).toEqual({ name, status: 404 });
    }
    const path = `/api/v1/jobs/${id}/artifacts/steps/../../${victim}/job.json`;
    const headers = `Host: x\r\nConnection: close\r\nAuthorization: Bearer ${api.token}\r\n`;
    expect(await raw(`GET ${path} HTTP/1.1\r\n${headers}\r\n`)).toMatch(/^HTTP\/1\.1 404/);
  });
});

describe("what is asked", () => {
  test("is refused with the field's name", async () => {
    const fieldsOf = async (body: unknown) =>
      (await problem(await ask("POST", "/jobs", { body }))).errors?.map(({ field }) => field);
    expect(await fieldsOf({ project: "shop" })).toEqual(["goal"]);
    expect(await fieldsOf({ goal: "x" })).toEqual(["project"]);
    expect(await fieldsOf({ project: "shop", goal: "x", workdir: "/etc" })).toEqual(["workdir"]);
    expect(await fieldsOf({ project: "/etc", goal: "x" })).toEqual(["project"]);
    expect(await fieldsOf({ project: "shop", goal: "x", ref: "none" })).toEqual(["ref"]);
    expect(await fieldsOf({ project: "shop", goal: "x", ref: "--upload-pack=x" })).toEqual(["ref"]);
    expect(await fieldsOf({ project: "shop", goal: "x", agent: "none" })).toEqual(["agent"]);
    expect(
      await fieldsOf({ project: "shop", goal: "x", steps: [{ step_id: "a", agent: "Ä", role: "x" }] }),
    ).toEqual(["steps.0.agent"]);
  });

  test("that isn't JSON, or too much, is refused", async () => {
    expect((await problem(await ask("POST", "/jobs", { body: "{" }))).status).toBe(400);
    const headers = { "Content-Type": "text/plain" };
    expect((await problem(await ask("POST", "/jobs", { body: "{}", headers }))).status).toBe(415);
    const large = { project: "shop", goal: "x", metadata: { much: "x".repeat(5000) } };
    expect((await problem(await ask("POST", "/jobs", { body: large }))).status).toBe(413);
    const start =
      "POST /api/v1/jobs HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n" +
      `Authorization: Bearer ${api.token}\r\n`;
    const chunked = `${start}Transfer-Encoding: chunked\r\n\r\n1770\r\n${"x".repeat(6000)}\r\n0\r\n\r\n`;
    expect(await raw(chunked)).toMatch(/^HTTP\/1\.1 413/);
  });

  test("isn't smuggled in behind another request", async () => {
    const start = `POST /api/v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${api.token}\r\n`;
    const inner = "GET /api/v1/jobs HTTP/1.1\r\nHost: x\r\n\r\n";
    for (const headers of [
      "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
      "Content-Length: 5\r\nContent-Length: 6\r\n",
      "Transfer-Encoding: chunked, identity\r\n",
    ]) {
      const answer = await raw(`${start}${headers}\r\n0\r\n\r\n${inner}`);
      expect(answer).toMatch(/^HTTP\/1\.1 400/);
      expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    }
  });

  test("twice with one key makes one job; with another body it is a conflict", async () => {
    const headers = { "Idempotency-Key": "nightly-1" };
    const body = { goal: "a note", pipeline: "ask" };
    const answers = await Promise.all([submit(body, headers), submit(body, headers), submit(body, headers)]);
    expect(new Set(answers.map(({ job_id: id }) => id)).size).toBe(1);
    const replayed = await ask("POST", "/jobs", { body: { project: "shop", ...body }, headers });
    expect(replayed.headers.get("Idempotency-Replayed")).toBe("true");
    const other = await ask("POST", "/jobs", { body: { project: "shop", goal: "another" }, headers });
    expect((await problem(other)).status).toBe(409);
    const theirs = await tokens.create(
      { name: "second", projects: ["shop"], rights: everything },
      new Date(),
    );
    const own = await ask("POST", "/jobs", { body: { project: "shop", ...body }, as: theirs, headers });
    expect(await own.json()).not.toMatchObject({ job_id: answers[0]?.job_id });
  });

  test("leaves no token on the disk but its hash", async () => {
    expect(await readFile(join(folder, "tokens.json"), "utf8")).not.toContain(api.token.slice(-43));
  });
});
