// Check runs.
import { z } from "zod";
import { checkRunOf, createCheckRun, rerequest, updateCheckRun } from "../actions/check-runs.ts";
import { notFound } from "../guesses.ts";
import { CheckAction, CheckAnnotation } from "../model/state.ts";
import { checkRunShape } from "../shapes/check-run.ts";
import { type Call, type Endpoints, bodyAs, created, loginOf, numberParam, ok, param } from "./endpoint.ts";
import { page } from "./pages.ts";
import { commitNamed } from "./repositories.ts";

const Wishes = z.object({
  name: z.string().optional(),
  status: z.enum(["queued", "in_progress", "completed"]).optional(),
  conclusion: z.string().optional(),
  started_at: z.string().optional(),
  completed_at: z.string().optional(),
  external_id: z.string().optional(),
  details_url: z.string().optional(),
  output: z
    .object({
      title: z.string().optional(),
      summary: z.string().optional(),
      text: z.string().optional(),
      annotations: z.array(CheckAnnotation).optional(),
    })
    .optional(),
  actions: z.array(CheckAction).optional(),
});
const NewRun = Wishes.extend({ name: z.string(), head_sha: z.string() });

const runIn = (call: Call) => checkRunOf(call.world, call.repository(), numberParam(call, "check_run_id"));

export const checkRunEndpoints: Endpoints = {
  "POST /repos/{owner}/{repo}/check-runs": {
    who: [{ checks: "write" }],
    handle: async (call) => {
      const { head_sha: sha, output, ...wishes } = bodyAs(call, NewRun);
      const run = await createCheckRun(call.world, call.repository(), sha, {
        ...wishes,
        ...(output ? { output } : {}),
      });
      return created(checkRunShape(call.world, run));
    },
  },
  "GET /repos/{owner}/{repo}/check-runs/{check_run_id}": {
    who: [{ checks: "read" }],
    handle: (call) => ok(checkRunShape(call.world, runIn(call))),
  },
  "GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations": {
    who: [{ checks: "read" }],
    handle: (call) =>
      page(call, runIn(call).output.annotations, (one) => ({
        start_column: null,
        end_column: null,
        title: null,
        raw_details: null,
        blob_href: "",
        ...one,
      })),
  },
  "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}": {
    who: [{ checks: "write" }],
    handle: (call) => {
      const { output, ...wishes } = bodyAs(call, Wishes);
      const run = runIn(call);
      updateCheckRun(call.world, call.repository(), run, { ...wishes, ...(output ? { output } : {}) });
      return ok(checkRunShape(call.world, run));
    },
  },
  "POST /repos/{owner}/{repo}/check-runs/{check_run_id}/rerequest": {
    who: [{ checks: "write" }],
    handle: (call) => {
      rerequest(call.world, call.repository(), runIn(call), loginOf(call));
      return created({});
    },
  },
  "GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs": {
    who: [{ actions: "read" }],
    handle: (call) => {
      const { log, id } = checkRunOf(call.world, call.repository(), numberParam(call, "job_id"));
      if (log === null) throw notFound();
      // An address that opens without a token, for a minute.
      return { status: 302, headers: { location: `${call.world.base()}/_logs/${id}.txt` } };
    },
  },
  "GET /repos/{owner}/{repo}/commits/{ref}/check-runs": {
    who: [{ checks: "read" }],
    handle: async (call) => {
      const sha = await commitNamed(call, param(call, "ref"));
      const { query } = call;
      const mine = call.world.state.check_runs.filter(
        (one) =>
          one.repository_id === call.repository().id &&
          one.head_sha === sha &&
          (!query.has("check_name") || one.name === query.get("check_name")) &&
          (!query.has("status") || one.status === query.get("status")),
      );
      return page(
        call,
        mine.toReversed(),
        (one) => checkRunShape(call.world, one),
        (shown) => ({ total_count: mine.length, check_runs: shown }),
      );
    },
  },
};
