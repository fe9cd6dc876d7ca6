import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeJob } from "../artifacts/index/make-jobs.ts";
import { repository, resultOf, secret } from "../publisher/job.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { seedJobs } from "./seed-jobs.ts";
import { operatorToken, serveDashboard } from "./serve-dashboard.ts";

const folder = await temporaryFolder();
const dashboard = await serveDashboard(folder);
const { root, url, cookieOf } = dashboard;
const jobs = seedJobs(root, new Date(), 3);
const operator = cookieOf({ kind: "operator" });
/** Sees acme/shop and nothing else. */
const person = cookieOf({ kind: "person", login: "alice", id: 7 });
const origin = { Origin: url };
let browser: Browser;

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
});
afterAll(async () => {
  await browser.close();
  await dashboard.close();
});

const get = (path: string, cookie = operator): Promise<Response> =>
  fetch(`${url}${path}`, { headers: { Cookie: cookie }, redirect: "manual" });

async function post(
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string>,
): Promise<Response> {
  const body = new URLSearchParams(fields);
  return fetch(`${url}${path}`, { method: "POST", body, headers, redirect: "manual" });
}

async function formToken(cookie: string): Promise<string> {
  const page = await (await get("/jobs", cookie)).text();
  return /name="form_token" value="([^"]+)"/.exec(page)?.[1] ?? "";
}

/** A page of the operator, with all that it complains about. */
async function openPage(path: string, options: object = {}): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  const [name = "", value = ""] = operator.split("=");
  await context.addCookies([{ name, value, url }]);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    if (dialog.type() === "alert") complaints.push(`alert ${dialog.message()}`);
    void dialog.accept();
  });
  await page.goto(`${url}${path}`);
  return { page, complaints };
}

describe("the door", () => {
  test("lets nobody in without a session, wherever they ask", async () => {
    const paths = [
      "/",
      "/jobs",
      "/insight",
      "/health",
      `/jobs/${jobs.done}`,
      `/jobs/${jobs.done}/live`,
      "/live",
      "/x",
    ];
    for (const path of paths) {
      const answer = await fetch(`${url}${path}`, { redirect: "manual" });
      expect({ path, status: answer.status }).toEqual({ path, status: 303 });
      expect(answer.headers.get("Location")).toBe(`/login?to=${encodeURIComponent(path)}`);
    }
    expect((await post(`/jobs/${jobs.done}/cancel`, {}, origin)).status).toBe(401);
  });

  test("takes the operator's token, in a cookie that no script reads and no other site sends", async () => {
    expect((await post("/login", { token: "wrong" }, origin)).status).toBe(401);
    expect((await post("/login", { token: operatorToken }, { Origin: "https://evil.example" })).status).toBe(
      403,
    );
    const answer = await post("/login", { token: operatorToken, to: "/jobs" }, origin);
    expect([answer.status, answer.headers.get("Location")]).toEqual([303, "/jobs"]);
    expect(answer.headers.get("Set-Cookie")).toMatch(/HttpOnly; SameSite=Lax/);
    for (let tries = 0; tries < 12; tries += 1) await post("/login", { token: "wrong" }, origin);
    expect((await post("/login", { token: operatorToken }, origin)).status).toBe(429);
  });

  test("tells browsers to run and to load nothing from elsewhere", async () => {
    const { headers } = await get("/");
    expect(headers.get("Content-Security-Policy")).toMatch(
      /^default-src 'none'; style-src 'self'; script-src 'self';/,
    );
    expect(headers.get("Content-Security-Policy")).not.toContain("unsafe");
    expect([headers.get("X-Content-Type-Options"), headers.get("Cache-Control")]).toEqual([
      "nosniff",
      "no-store",
    ]);
  });

  test("refuses forms of other sites and other sessions", async () => {
    const at = `/jobs/${jobs.approval}/approve`;
    const form_token = await formToken(operator);
    const before = dashboard.acted.length;
    const wrong: [Record<string, string>, Record<string, string>][] = [
      [{}, { Cookie: operator, ...origin }],
      [{ form_token: "x" }, { Cookie: operator, ...origin }],
      [{ form_token: await formToken(person) }, { Cookie: operator, ...origin }],
      [{ form_token }, { Cookie: operator, Origin: "https://evil.example" }],
      [{ form_token }, { Cookie: operator, ...origin, "Sec-Fetch-Site": "cross-site" }],
    ];
    for (const [fields, headers] of wrong) expect((await post(at, fields, headers)).status).toBe(403);
    expect(dashboard.acted).toHaveLength(before);
    expect((await post(at, { form_token }, { Cookie: operator, ...origin })).status).toBe(303);
    expect(dashboard.acted.at(-1)).toMatchObject({ jobId: jobs.approval, verb: "approve" });
  });
});

describe("who doesn't see a job", () => {
  test("can't tell it from one that isn't there", async () => {
    const hidden = jobs.running;
    const local = makeJob(root, {
      project: "secret-project",
      spec: { goal: "a local plan" },
      state: "queued",
    });
    const form_token = await formToken(person);
    for (const id of [hidden, local]) {
      for (const end of ["", "/log", "/changes", "/steps", "/record", "/live", "/files/job.json"]) {
        const theirs = await get(`/jobs/${id}${end}`, person);
        const none = await get(`/jobs/${"0".repeat(32)}${end}`, person);
        expect({ end, status: theirs.status }).toEqual({ end, status: 404 });
        expect(await theirs.text()).toBe(await none.text());
      }
      const answer = await post(`/jobs/${id}/cancel`, { form_token }, { Cookie: person, ...origin });
      expect(answer.status).toBe(404);
    }
    const everywhere = [
      "/",
      "/jobs",
      "/jobs?q=payments",
      "/jobs?q=plan",
      `/jobs?q=${hidden}`,
      "/insight?days=7",
    ];
    for (const path of everywhere) {
      const text = await (await get(path, person)).text();
      expect(text).not.toMatch(/acme\/payments|secret-project|a local plan/);
      expect(text).not.toContain(`/jobs/${hidden}`);
    }
    expect((await get("/health", person)).status).toBe(404);
    expect(await (await get(`/jobs?q=${hidden}`)).text()).toContain(`/jobs/${hidden}`);
  });
});

test("the first page is small", async () => {
  const page = await (await get("/", operator)).text();
  const parts = [...page.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path = ""]) => path);
  let sum = 0;
  for (const path of ["/", ...parts]) {
    const { page: view } = { page: await fetch(`${url}${path}`, { headers: { Cookie: operator } }) };
    // What is decoded is more than what was sent.
    sum += (await view.arrayBuffer()).byteLength;
  }
  expect(parts.length).toBe(3);
  expect(sum).toBeLessThan(60_000);
});

describe("in a browser", () => {
  const evil = `"><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}'`;
  const name = 'src/"><img src=x onerror=alert(3)>\\u202e.ts'
    .replaceAll('"', '\\"')
    .replace("\\u202e", "\\342\\200\\256");

  test("nothing that strangers wrote runs, whatever field it stands in", async () => {
    const id = makeJob(root, {
      state: "finished",
      report: `${evil}\n\n[x](javascript:alert(4)) ![p](https://evil.example/p.png)\n\n${evil}`,
      spec: {
        goal: evil,
        repository: { ...repository, default_branch: evil },
        requested_by: { login: evil, id: 1, permission: "write" },
        target: { kind: "issue", number: 1, title: evil, body: evil, author: evil },
        base: { ref: evil, sha: "a".repeat(40) },
        tags: [evil.slice(0, 60)],
        pipeline: evil.slice(0, 60),
      },
      result: {
        status: "failed",
        summary: evil,
        warnings: [evil],
        error: {
          code: "crashed",
          message: evil,
          details: { findings: [{ rule: "path", path: evil, message: evil }] },
        },
        patch: resultOf().patch,
      },
    });
    writeFileSync(
      join(root, id, "patch.diff"),
      `diff --git "a/${name}" "b/${name}"\nnew file mode 100644\n--- /dev/null\n+++ "b/${name}"\n@@ -0,0 +1 @@ ${evil}\n+${evil} ${secret}\n`,
    );
    const step = join(root, id, "steps", "02_implement");
    mkdirSync(step, { recursive: true });
    for (const file of ["logs.txt", "report.md", "prompt.md", "events.jsonl"])
      writeFileSync(join(step, file), `${evil}\n`);
    const publication = {
      schema_version: "2.0",
      job_id: id,
      epoch: 1,
      comment: { id: 1, url: "javascript:alert(5)", body_sha256: "x" },
      branch: { name: evil, sha: evil },
      pull_request: { number: 1, url: "javascript:alert(6)" },
      final: true,
      updated_at: new Date().toISOString(),
    };
    writeFileSync(join(root, id, "publication.json"), JSON.stringify(publication));
    const paths = ["", "/log", "/changes", "/changes?view=split", "/steps", "/record"].map(
      (end) => `/jobs/${id}${end}`,
    );
    const { page, complaints } = await openPage("/");
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    for (const path of [
      ...paths,
      `/jobs?q=${encodeURIComponent(evil)}`,
      `/jobs?status=${encodeURIComponent(evil)}`,
      "/insight",
    ]) {
      await page.goto(`${url}${path}`);
      for (const summary of await page.locator("details > summary").all()) await summary.click();
      expect(await page.locator("main img, main script, main iframe").count()).toBe(0);
      expect(await page.locator('a[href^="javascript:"]').count()).toBe(0);
      expect(await page.content()).not.toContain(secret);
    }
    await page.goto(`${url}/jobs/${id}/changes`);
    expect(await page.locator(".file h3").textContent()).toContain("\\u{202e}");
    expect(asked.filter((address) => !address.startsWith(url))).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("every page is readable to everyone, in light and dark and on a phone", async () => {
    const { page, complaints } = await openPage("/login");
    const job = `/jobs/${jobs.done}`;
    const paths = [
      "/login",
      "/",
      "/jobs",
      job,
      `${job}/log`,
      `${job}/changes`,
      `${job}/changes?view=split`,
      `${job}/steps`,
      `${job}/record`,
      `/jobs/${jobs.held}`,
      `/jobs/${jobs.running}`,
      "/insight",
      "/health",
      "/nothing",
    ];
    const found: unknown[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      for (const path of paths) {
        await page.goto(`${url}${path}`);
        await page.evaluate(axe.source);
        const { violations } = await page.evaluate<{
          violations: { id: string; nodes: { html: string }[] }[];
        }>("axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })");
        found.push(...violations.map(({ id, nodes }) => ({ path, colorScheme, id, html: nodes[0]?.html })));
      }
    }
    expect(found).toEqual([]);
    await page.setViewportSize({ width: 360, height: 700 });
    for (const path of paths) {
      await page.goto(`${url}${path}`);
      const width = await page.evaluate<number>("document.documentElement.scrollWidth");
      expect({ path, width }).toEqual({ path, width: 360 });
    }
    expect(complaints.filter((text) => !text.includes("404"))).toEqual([]);
    await page.context().close();
  }, 120_000);

  test("a job is watched as it goes on, also after the connection was lost, to its end", async () => {
    const id = makeJob(root, { spec: { goal: "a job to be watched" }, state: "running" });
    const step = join(root, id, "steps", "02_implement");
    mkdirSync(step, { recursive: true });
    const log = join(step, "logs.txt");
    writeFileSync(log, "the first line\n");
    const { page } = await openPage(`/jobs/${id}`);
    const shown = page.locator("[data-log]");
    await shown.getByText("the first line").waitFor();
    appendFileSync(log, "half of the second");
    appendFileSync(log, " line\nthe third line\n");
    await shown.getByText("half of the second line").waitFor();

    dashboard.cut();
    appendFileSync(log, "while nobody could listen\n");
    await shown.getByText("while nobody could listen").waitFor();
    expect((await shown.textContent())?.match(/the first line/g)).toHaveLength(1);
    makeJob(root, {
      id,
      spec: { goal: "a job to be watched" },
      state: "finished",
      result: {},
      report: "It is done.",
    });
    await page.getByText("It is done.").waitFor();
    expect(await page.locator("#state").textContent()).toContain("done");
    await page.goto(`${url}/jobs/${id}/log`);
    expect(await page.locator(".log").textContent()).toContain("while nobody could listen");
    await page.context().close();
  });

  test("is used by the keyboard: search, open, approve", async () => {
    const { page } = await openPage("/");
    await page.keyboard.press("/");
    await page.waitForURL("**/jobs");
    await page.keyboard.press("/");
    await page.keyboard.type("fork nightly");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/jobs?q=fork+nightly*");
    const link = page.getByRole("link", { name: /look into the failing nightly build/ });
    await link.focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/jobs/${jobs.approval}`);
    await page.getByRole("button", { name: "Approve" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL("**?asked=approve");
    expect(dashboard.acted.at(-1)).toMatchObject({ viewer: { kind: "operator" }, verb: "approve" });
    await page.goto(`${url}/jobs/${jobs.running}`);
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.waitForURL("**?asked=cancel");
    expect(dashboard.acted.at(-1)).toMatchObject({ jobId: jobs.running, verb: "cancel" });
    await page.context().close();
  });
});
