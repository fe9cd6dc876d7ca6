// The dashboard: pages over the index and the jobs' files, for those who may see them.
import { type Context, Hono } from "hono";
import { compress } from "hono/compress";
import { streamSSE } from "hono/streaming";
import { z } from "zod";
import { findJobs } from "../../artifacts/index/find-jobs.ts";
import { insightAgents, insightDays, insightGroups } from "../../artifacts/index/insight.ts";
import type { JobIndex } from "../../artifacts/index/job-index.ts";
import { jobsNow } from "../../artifacts/index/jobs-now.ts";
import { knownNames } from "../../artifacts/index/known-names.ts";
import { maySee, type Sight } from "../../artifacts/index/who-sees.ts";
import type { Artifacts } from "../../artifacts/store.ts";
import { explain, isLackOfResources, TransientError, UserError } from "../../errors.ts";
import { CandidateLabel } from "../../job/compare.ts";
import type { JobSpec } from "../../job/job-spec.ts";
import type { Log } from "../../log.ts";
import type { Queue } from "../../queue/contract.ts";
import { briefly } from "../briefly.ts";
import { readFile } from "../job-files.ts";
import { Problem } from "../problem.ts";
import { readAssets } from "./assets.ts";
import { createDoor, type DoorEnv, type DoorOptions } from "./door.ts";
import { readJobView, type JobView } from "./job-files.ts";
import { createLiveJobs } from "./live-job.ts";
import { readChanges, readLogs, readSteps } from "./read-parts.ts";
import { healthPage, type HealthFacts } from "./pages/health-page.ts";
import { insightPage } from "./pages/insight-page.ts";
import { jobPage } from "./pages/job-page.ts";
import { type AuditLine, changesPage, logPage, recordPage, stepsPage } from "./pages/job-parts.ts";
import { jobsPage } from "./pages/jobs-page.ts";
import { messagePage } from "./pages/message-page.ts";
import { type NowFacts, nowPage, nowPart, type Waiting } from "./pages/now-page.ts";
import { type ActionVerb, actionVerbs } from "./parts/action-forms.ts";
import { jobPath } from "./parts/job-line.ts";
import { icon } from "./parts/layout.ts";
import { maxReportChars } from "./parts/report.ts";
import { dayRange, jobFilter, knownQuery } from "./query.ts";
import type { Viewer } from "./viewer.ts";

export interface DashboardOptions extends Omit<DoorOptions, "assets"> {
  artifacts: Artifacts;
  index: Pick<JobIndex, "catchUp" | "query">;
  jobs: Pick<Queue<JobSpec>, "list" | "estimateStart">;
  /** Takes every secret out of what is shown. */
  mask: (text: string) => string;
  /** Which jobs somebody may know of. */
  sightOf: (viewer: Viewer) => Promise<Sight>;
  /** Does what a button asks for, as the same word on GitHub would. Throws UserError or Problem. */
  act: (
    viewer: Viewer,
    spec: JobSpec,
    action: {
      verb: ActionVerb;
      from?: string | undefined;
      sha256?: string | undefined;
      label?: CandidateLabel | undefined;
    },
  ) => Promise<void>;
  audit: (jobId: string) => Promise<AuditLine[]>;
  health: () => Promise<HealthFacts>;
  log: Pick<Log, "warn" | "error">;
}

type Ctx = Context<DoorEnv>;

/** Whoever watches for longer asks again, with a session that is looked at again. */
const longestStreamMs = 15 * 60 * 1000;
const beatMs = 15_000;
const nowEveryMs = 1000;
/** After so long a browser whose connection was lost asks again. */
const retryMs = 1000;
const maxStreams = 30;
const maxWaitingShown = 50;

export function createDashboard(options: DashboardOptions): Hono<DoorEnv> {
  const { artifacts, index, jobs, mask, clock, log } = options;
  const assets = readAssets();
  const door = createDoor({ ...options, assets });
  const live = createLiveJobs({ artifacts, clock });
  const app = new Hono<DoorEnv>();
  app.use(door.headers);
  app.use(compress());

  for (const { path, type, text } of [assets.style, assets.script]) {
    app.get(path, (c) =>
      c.body(text, 200, { "Content-Type": type, "Cache-Control": "public, max-age=31536000, immutable" }),
    );
  }
  app.get("/assets/icon.svg", (c) =>
    c.body(icon, 200, { "Content-Type": "image/svg+xml", "Cache-Control": "public, max-age=86400" }),
  );
  app.route("/", door.app);

  const inner = new Hono<DoorEnv>();
  inner.use(door.guard);

  const frame = (c: Ctx) => door.frameOf(c.get("session"));
  const sight = (c: Ctx): Promise<Sight> => options.sightOf(c.get("session").viewer);

  /** Of everything that waits the first ones, in their order. */
  const places = briefly(500, async () => {
    const waiting = await jobs.list("pending", { limit: 200 });
    const found = new Map<string, Waiting>();
    for (const [at, ticket] of waiting.entries()) {
      const startsAt = at < maxWaitingShown ? await jobs.estimateStart(ticket.id) : undefined;
      const isLater = ticket.notBefore !== undefined && ticket.notBefore > clock();
      found.set(ticket.id, { ahead: at, startsAt, notBefore: isLater ? ticket.notBefore : undefined });
    }
    return found;
  });

  async function nowFacts(seen: Sight): Promise<NowFacts> {
    await index.catchUp();
    const now = index.query((db) => jobsNow(db, seen));
    return { now, waiting: now.waiting.length > 0 ? await places() : new Map() };
  }

  /** The one answer for what isn't there and for what isn't the viewer's. */
  function nothing(c: Ctx): Response | Promise<Response> {
    return c.html(messagePage(frame(c), "Nothing here", "There is no such page, or it is not for you."), 404);
  }

  /** A job that is there and that the viewer may see. */
  async function jobOf(c: Ctx): Promise<JobView | undefined> {
    const view = await readJobView(artifacts, c.req.param("id") ?? "");
    if (!view) return undefined;
    const { repository } = view.spec;
    const key = repository ? `${repository.owner}/${repository.name}`.toLowerCase() : ":";
    return maySee(await sight(c), key) ? view : undefined;
  }

  inner.post("/logout", (c) => door.logout(c));

  inner.get("/", async (c) => c.html(nowPage(frame(c), await nowFacts(await sight(c)))));

  inner.get("/jobs", async (c) => {
    const query = knownQuery(c.req.query());
    const { nowMs } = frame(c);
    const filter = jobFilter(query, nowMs);
    const seen = await sight(c);
    await index.catchUp();
    const page = index.query((db) => ({ found: findJobs(db, filter, seen), names: knownNames(db, seen) }));
    return c.html(jobsPage(frame(c), query, filter, page.names, page.found));
  });

  inner.get("/insight", async (c) => {
    const query = knownQuery(c.req.query());
    const range = dayRange(query, frame(c).nowMs);
    const seen = await sight(c);
    await index.catchUp();
    const { names, facts } = index.query((db) => {
      const { repository, pipeline } = query;
      const filter = { ...range, repository, pipeline };
      return {
        names: knownNames(db, seen),
        facts: {
          ...range,
          days: insightDays(db, filter, seen),
          repositories: insightGroups(db, "repository", filter, seen),
          pipelines: insightGroups(db, "pipeline", filter, seen),
          agents: insightAgents(db, filter, seen),
        },
      };
    });
    return c.html(insightPage(frame(c), query, names, facts));
  });

  inner.get("/health", async (c) => {
    if (c.get("session").viewer.kind !== "operator") return nothing(c);
    return c.html(healthPage(frame(c), await options.health()));
  });

  inner.get("/jobs/:id", async (c) => {
    const view = await jobOf(c);
    if (!view) return nothing(c);
    const text = await artifacts.readText(view.spec.job_id, "report.md", maxReportChars);
    const shown = text === undefined ? undefined : mask(text);
    return c.html(jobPage(frame(c), view, { text: shown, asked: c.req.query("asked") }));
  });

  inner.get("/jobs/:id/log", async (c) => {
    const view = await jobOf(c);
    return view ? c.html(logPage(frame(c), view, await readLogs(artifacts, mask, view))) : nothing(c);
  });

  inner.get("/jobs/:id/changes", async (c) => {
    const view = await jobOf(c);
    if (!view) return nothing(c);
    const look = c.req.query("view") === "split" ? "split" : "unified";
    return c.html(changesPage(frame(c), view, look, await readChanges(artifacts, mask, view)));
  });

  inner.get("/jobs/:id/steps", async (c) => {
    const view = await jobOf(c);
    return view ? c.html(stepsPage(frame(c), view, await readSteps(artifacts, mask, view))) : nothing(c);
  });

  inner.get("/jobs/:id/record", async (c) => {
    const view = await jobOf(c);
    return view ? c.html(recordPage(frame(c), view, await options.audit(view.spec.job_id))) : nothing(c);
  });

  inner.get("/jobs/:id/files/:name{.+}", async (c) => {
    const view = await jobOf(c);
    if (!view) return nothing(c);
    const { stream, bytes } = await readFile(artifacts, view.spec, c.req.param("name"));
    return c.body(stream, 200, {
      // Whatever an agent wrote is text to whoever opens it.
      "Content-Type": "text/plain; charset=utf-8",
      "Content-Length": String(bytes),
      "Content-Security-Policy": "default-src 'none'; sandbox",
    });
  });

  for (const verb of actionVerbs) {
    inner.post(`/jobs/:id/${verb}`, async (c) => {
      const view = await jobOf(c);
      if (!view) return nothing(c);
      const fields = ActionFields.parse(await c.req.parseBody());
      try {
        await options.act(c.get("session").viewer, view.spec, { verb, ...fields });
      } catch (error) {
        const said = refusal(error);
        if (said === undefined) throw error;
        return c.html(messagePage(frame(c), "That was not done", said), 409);
      }
      return c.redirect(`${jobPath(view.spec.job_id)}?asked=${verb}`, 303);
    });
  }

  const streams = new Map<string, number>();

  /** Server-sent events until their end, or until it is time to ask again; a session has only so many. */
  function stream(
    c: Ctx,
    events: (signal: AbortSignal) => AsyncIterable<{ event: string; id?: string; data: string }>,
  ): Response | Promise<Response> {
    const { id } = c.get("session");
    const open = streams.get(id) ?? 0;
    if (open >= maxStreams)
      return c.text("too many pages of this session are open", 429, { "Retry-After": "10" });
    streams.set(id, open + 1);
    c.header("X-Accel-Buffering", "no");
    return streamSSE(c, async (sse) => {
      const end = new AbortController();
      sse.onAbort(() => end.abort());
      const late = AbortSignal.timeout(longestStreamMs);
      const beat = setInterval(() => void sse.write(": still here\n\n").catch(() => end.abort()), beatMs);
      try {
        const signal = AbortSignal.any([end.signal, late]);
        await sse.write(`retry: ${retryMs}\n\n`);
        for await (const event of events(signal)) await sse.writeSSE(event);
      } finally {
        clearInterval(beat);
        const left = (streams.get(id) ?? 1) - 1;
        if (left > 0) streams.set(id, left);
        else streams.delete(id);
      }
    });
  }

  inner.get("/live", (c) =>
    stream(c, async function* (signal) {
      for (let told: string | undefined; !signal.aborted;) {
        const facts = await nowFacts(await sight(c));
        const sum = JSON.stringify([facts.now, [...facts.waiting].map(([id, { ahead }]) => [id, ahead])]);
        if (sum !== told) {
          const html = String(await nowPart(frame(c), facts));
          yield { event: "part", data: JSON.stringify({ id: "now", html }) };
        }
        told = sum;
        await pause(nowEveryMs, signal);
      }
    }),
  );

  inner.get("/jobs/:id/live", async (c) => {
    const view = await jobOf(c);
    if (!view) return nothing(c);
    const after = c.req.header("Last-Event-ID");
    // 204 tells a browser's EventSource not to come again (HTML, "Server-sent events").
    if (after === "end") return c.body(null, 204);
    return stream(c, (signal) => live.open(view.spec.job_id, { after, signal }));
  });

  inner.all("*", (c) => nothing(c));
  app.route("/", inner);

  app.onError((error, c) => {
    const view = door.frameOf(undefined);
    if (error instanceof Problem)
      return c.html(messagePage(view, "Nothing here", error.message), error.details.status);
    if (error instanceof TransientError || isLackOfResources(error)) {
      log.warn({ reason: explain(error) }, "a page can't be shown now");
      return c.html(messagePage(view, "Not now", "This can't be shown now. Try again in a moment."), 503);
    }
    log.error({ err: error }, "a bug ended a request to the dashboard");
    return c.html(messagePage(view, "A bug", "The operator finds the trace in the log."), 500);
  });
  return app;
}

/** What may be told to whoever pressed the button; undefined for what is a bug. */
function refusal(error: unknown): string | undefined {
  if (error instanceof Problem || error instanceof UserError) return error.message;
  return error instanceof TransientError ? "GitHub doesn't answer now; try again in a moment." : undefined;
}

const ActionFields = z.object({
  from: z.string().max(64).optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  label: CandidateLabel.optional(),
});

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
