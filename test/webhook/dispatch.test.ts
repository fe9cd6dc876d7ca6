// The table of all ways in, walked: each with somebody who may, somebody who may not, a bot and the App itself.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { deriveJobId } from "../../src/job/ids.ts";
import { createConcerns } from "../../src/webhook/concerns.ts";
import { dispatch, type EventName } from "../../src/webhook/dispatch.ts";
import { pullRequest } from "../command/fake-github.ts";
import { createJourney, makeDelivery } from "./journey.ts";
import {
  buttonPayload,
  commentPayload,
  issueLabelPayload,
  pullLabelPayload,
  reviewCommentPayload,
  reviewPayload,
} from "./payloads.ts";

const jobId = deriveJobId(makeDelivery("issues", {}).inbox_id, 0);
const later = {
  inbox_id: "019b7d5e4a0070008000000000000002",
  guid: "72d3162e-cc78-11e3-81ab-000000000002",
  received_at: "2026-01-02T04:00:00.000Z",
};
const side = { sha: "a".repeat(40) };
const acme = { login: "acme", id: 1, type: "Organization" };
const shop = { name: "shop", full_name: "acme/shop", owner: acme, default_branch: "main" };
const around = { repository: shop, installation: { id: 5 } };

type Sender = Record<"sender", { login: string; id: number; type: string }>;
const pull = (action: string) => (by: Sender) => ({
  action,
  ...around,
  ...by,
  pull_request: { number: 12, comments: 0, head: side, base: side },
});
const gone =
  (action: string, more = {}) =>
  (by: Sender) => ({ action, ...around, ...by, ...more });
const rerun = { action: "rerequested", requested_action: undefined };
const ownCheck = { id: 40, name: "patchbay / fix", external_id: jobId, pull_requests: [{ number: 12 }] };
const failed = { name: "test", head_sha: side.sha, conclusion: "failure", pull_requests: [{ number: 12 }] };

/** A payload of each that asks for something. */
const payloads: Record<EventName, (by: Sender) => object> = {
  "issue_comment.created": (by) => commentPayload("/agent fix it", by),
  "pull_request_review_comment.created": (by) => reviewCommentPayload("/agent fix it", by),
  "pull_request_review.submitted": (by) => reviewPayload("/agent fix it", by),
  "issues.labeled": (by) => issueLabelPayload("agent:fix", by),
  "pull_request.labeled": (by) => pullLabelPayload("agent:fix", by),
  "issues.unlabeled": (by) => issueLabelPayload("agent:running", { action: "unlabeled", ...by }),
  "pull_request.unlabeled": (by) => pullLabelPayload("agent:running", { action: "unlabeled", ...by }),
  "check_run.requested_action": (by) => buttonPayload(`cancel:${jobId.slice(-12)}`, jobId, by),
  "check_run.rerequested": (by) => buttonPayload("x", jobId, { ...rerun, check_run: ownCheck, ...by }),
  "check_run.completed": (by) => ({ action: "completed", ...around, ...by, check_run: failed }),
  "pull_request.opened": pull("opened"),
  "pull_request.reopened": pull("reopened"),
  "pull_request.synchronize": pull("synchronize"),
  "installation.deleted": gone("deleted"),
  "installation.suspend": gone("suspend"),
  "installation_repositories.removed": gone("removed", {
    repositories_removed: [{ full_name: "acme/shop" }],
  }),
  "repository.transferred": gone("transferred"),
  "repository.archived": gone("archived"),
  "repository.deleted": gone("deleted"),
  "issues.transferred": gone("transferred", { issue: { number: 12 } }),
  "issues.deleted": gone("deleted", { issue: { number: 12 } }),
};

const people = {
  "who may": { login: "ann", id: 2, type: "User" },
  "who may not": { login: "eve", id: 66, type: "User" },
  "a bot": { login: "robot[bot]", id: 67, type: "Bot" },
  "the App itself": { login: "patchbay[bot]", id: 68, type: "Bot" },
};
type Person = keyof typeof people;

const concerns = createConcerns({ trigger: "/agent", labelPrefix: "agent:", allowedBots: new Set() });

/** What comes of it, of a job that is there and of the delivery. */
async function walk(name: EventName, person: Person) {
  const journey = await createJourney({
    permissions: { ann: "write", eve: "read" },
    pulls: { 12: pullRequest(12) },
    onLines: [
      {
        id: 900,
        path: "a.ts",
        diff_hunk: "@@",
        body: "Rename it.",
        created_at: "2026-01-01T00:00:00Z",
        updated_at: "2026-01-01T00:00:00Z",
      },
    ],
  });
  await journey.handle(makeDelivery("issue_comment", commentPayload("/agent fix the login")));
  const [jobs, said] = [journey.jobs.tickets.length, journey.outbox.tickets.length];
  const [event = ""] = name.split(".");
  const payload = payloads[name]({ sender: people[person] });
  const isKept = concerns(event, payload);
  const end = isKept ? await journey.handle(makeDelivery(event, payload, later)) : "complete";
  return {
    isKept,
    end,
    started: journey.jobs.tickets.length - jobs,
    cancelled: journey.cancelled.length,
    said: journey.outbox.payloads().slice(said),
  };
}

const rows = dispatch.flatMap(({ name, right }) =>
  (["who may", "who may not", "a bot", "the App itself"] as const).map((person) => ({ name, right, person })),
);

test.each(rows.filter(({ right }) => right === "sender"))("$name by $person", async ({ name, person }) => {
  const { isKept, end, started, said } = await walk(name, person);
  const isRefusal = said.length === 1 && said[0]?.kind === "react" && said[0].content === "-1";
  expect(end).toBe("complete");
  const outcome = { isKept, isRefusal, hasEffect: started > 0 || (said.length > 0 && !isRefusal) };
  const wanted = {
    "who may": { isKept: true, isRefusal: false, hasEffect: true },
    "who may not": { isKept: true, isRefusal: true, hasEffect: false },
    "a bot": { isKept: false, isRefusal: false, hasEffect: false },
    "the App itself": { isKept: false, isRefusal: false, hasEffect: false },
  };
  expect(outcome).toEqual(wanted[person]);
});

test.each(rows.filter(({ right }) => right !== "sender"))(
  "$name by $person starts nothing",
  async ({ name, person }) => {
    const { end, started, cancelled, said } = await walk(name, person);
    expect(end).toBe("complete");
    expect(started).toBe(0);
    expect(said).toEqual([]);
    expect(cancelled > 0).toBe(!name.startsWith("pull_request.") && !name.startsWith("check_run."));
  },
);

test("the App's manifest asks for these events; what happens to an installation comes by itself", () => {
  const text = readFileSync(new URL("../../app.yml", import.meta.url), "utf8");
  const { default_events: asked } = z.object({ default_events: z.array(z.string()) }).parse(parse(text));
  const events = new Set(dispatch.map(({ name }) => name.split(".")[0]));
  expect(new Set([...asked, "installation", "installation_repositories"])).toEqual(events);
});

test("the docs show the table as it is", () => {
  const docs = readFileSync(new URL("../../docs/commands.md", import.meta.url), "utf8");
  const rights = { sender: "whoever did it", requester: "whoever asked for the pull request", nobody: "–" };
  const table = dispatch.map(
    ({ name, what, effect, right }) => `| \`${name}\` | ${what} | ${effect} | ${rights[right]} |`,
  );
  expect(docs).toContain(table.join("\n"));
});
