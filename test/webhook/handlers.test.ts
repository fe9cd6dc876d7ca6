import { describe, expect, test } from "vitest";
import { z } from "zod";
import { TransientError } from "../../src/errors.ts";
import { deriveJobId } from "../../src/job/ids.ts";
import { Intent } from "../../src/job/intent.ts";
import { JobSpec } from "../../src/job/job-spec.ts";
import { pullRequest } from "../command/fake-github.ts";
import { createJourney, makeDelivery } from "./journey.ts";
import { commentPayload, issueLabelPayload, pullLabelPayload } from "./payloads.ts";
import { handledPayloads } from "./recorded.ts";

const inboxId = makeDelivery("issues", {}).inbox_id;
const comment = (body: string, over = {}) => makeDelivery("issue_comment", commentPayload(body, over));

describe("a comment with a command", () => {
  test("is answered by 👀 and a job", async () => {
    const journey = await createJourney();
    expect(await journey.handle(comment("please\n/agent fix the login"))).toBe("complete");
    expect(journey.intents("react")).toEqual([
      expect.objectContaining({ content: "eyes", subject: { type: "issue_comment", comment_id: 1000 } }),
    ]);
    expect(journey.intents("progress")).toHaveLength(1);
    expect(journey.jobs.tickets).toMatchObject([
      {
        id: deriveJobId(inboxId, 0),
        key: "github.com/acme/shop#12",
        payload: {
          goal: "fix the login",
          pipeline: "fix",
          target: { kind: "issue", title: "Login test is flaky", comment_id: 1000 },
          requested_by: { login: "ann", id: 2, permission: "write" },
        },
      },
    ]);
    expect(JobSpec.parse(journey.jobs.payloads()[0])).toEqual(journey.jobs.payloads()[0]);
    for (const intent of journey.outbox.payloads()) expect(Intent.parse(intent)).toEqual(intent);
  });

  test("two commands make two jobs with ids of their own, handled twice still two", async () => {
    const journey = await createJourney();
    const delivery = comment("/agent fix one\n\n/agent fix two");
    await journey.handle(delivery);
    const ids = journey.jobs.tickets.map(({ id }) => id);
    expect(ids).toEqual([deriveJobId(inboxId, 0), deriveJobId(inboxId, 1)]);
    const said = journey.outbox.tickets.length;
    expect(await journey.handle(delivery)).toBe("complete");
    expect(journey.jobs.tickets.map(({ id }) => id)).toEqual(ids);
    expect(journey.outbox.tickets).toHaveLength(said);
  });

  test("of deliveries that come at once no more start a job than one person may start", async () => {
    const journey = await createJourney();
    const payload = commentPayload("/agent fix the login");
    const deliveries = Array.from({ length: 40 }, (_, at) => {
      const end = String(at).padStart(3, "0");
      return makeDelivery("issue_comment", payload, {
        inbox_id: `019b7d5e4a0070008000000000000${end}`,
        guid: `72d3162e-cc78-11e3-81ab-4c9367dc0${end}`,
        received_at: `2026-01-02T03:04:05.${end}Z`,
      });
    });
    await Promise.all(deliveries.toReversed().map((delivery) => journey.handle(delivery)));
    expect(journey.jobs.tickets).toHaveLength(30);
    expect(journey.intents("reply")).toHaveLength(10);
  });

  test("that is more than a day old when it arrives is asked about first", async () => {
    const journey = await createJourney();
    const payload = commentPayload("/agent fix the login");
    const received_at = "2026-01-04T03:04:05.000Z";
    expect(await journey.handle(makeDelivery("issue_comment", payload, { received_at }))).toBe("complete");
    expect(journey.jobs.tickets).toEqual([]);
    expect(journey.intents("reply")).toMatchObject([
      { body: expect.stringMatching(/48 hours ago.*still wanted/) },
    ]);
  });

  test("one that is wrong stops the other, and one reply says so", async () => {
    const journey = await createJourney();
    await journey.handle(comment("/agent fix --agnet codex\n\n/agent fix two"));
    expect(journey.jobs.tickets).toEqual([]);
    expect(journey.outbox.payloads()).toMatchObject([
      { kind: "reply", marker: `${inboxId}-0`, number: 12, body: expect.stringContaining("--agent") },
    ]);
  });

  test("what a job can't hold is named", async () => {
    const journey = await createJourney();
    await journey.handle(comment("/agent fix it", { issue: { title: "x".repeat(1025) } }));
    expect(journey.jobs.tickets).toEqual([]);
    expect(journey.intents("reply")).toMatchObject([{ body: expect.stringContaining("`target.title`") }]);
  });

  test("on a pull request starts from its branch", async () => {
    const journey = await createJourney({ pulls: { 12: pullRequest(12) } });
    await journey.handle(comment("/agent fix it", { issue: { pull_request: { url: "u" } } }));
    expect(journey.jobs.payloads()).toMatchObject([
      { target: { kind: "pull_request", head_ref: "topic" }, base: { ref: "topic" } },
    ]);
  });

  test("on a pull request from a fork starts from its commit and pushes nowhere", async () => {
    const journey = await createJourney({ pulls: { 12: pullRequest(12, { from: "eve/shop" }) } });
    await journey.handle(comment("/agent fix it", { issue: { pull_request: { url: "u" } } }));
    const [spec] = journey.jobs.payloads();
    expect(spec).toMatchObject({
      target: { kind: "pull_request", fork: "eve/shop" },
      base: { ref: "topic" },
    });
    expect(spec?.target).not.toHaveProperty("head_ref");
  });

  test("an edit after it is no context, a comment before it is", async () => {
    const at = (time: string, updated = time) => ({
      html_url: "u",
      created_at: `2026-01-02T${time}Z`,
      updated_at: `2026-01-02T${updated}Z`,
      user: { login: "eve", id: 9 },
    });
    const journey = await createJourney({
      comments: [
        { id: 1, body: "before", ...at("01:00:00") },
        { id: 2, body: "poisoned", ...at("01:00:00", "03:04:01") },
        { id: 3, body: "after", ...at("03:04:01") },
      ],
    });
    await journey.handle(comment("/agent fix it"));
    expect(journey.jobs.payloads()[0]?.context_window.map(({ content }) => content)).toEqual(["before"]);
  });
});

describe("who asks", () => {
  test.each(["/agent fix it", "/agent help", "/agent fix --nonsense"])(
    "a stranger gets a 👎 and nothing else: %s",
    async (body) => {
      const journey = await createJourney({ permissions: { ann: "read" } });
      expect(await journey.handle(comment(body))).toBe("complete");
      expect(journey.outbox.payloads()).toMatchObject([
        { kind: "react", content: "-1", subject: { type: "issue_comment", comment_id: 1000 } },
      ]);
      expect(journey.jobs.tickets).toEqual([]);
      expect(journey.world.calls).toEqual(["permission ann"]);
      expect(journey.audited).toMatchObject([
        { decision: "denied", permission: "read", trigger: { text: body, sender: { login: "ann" } } },
      ]);
    },
  );

  test.each([
    ["our own bot", { login: "patchbay[bot]", id: 70, type: "Bot" }],
    ["another bot", { login: "other[bot]", id: 71, type: "Bot" }],
  ])("%s gets nothing", async (_, sender) => {
    const journey = await createJourney({}, { allowedBots: ["patchbay[bot]"] });
    await journey.handle(comment("/agent fix it", { sender }));
    await journey.handle(
      makeDelivery("issues", issueLabelPayload("agent:fix", { sender }), { guid: "second" }),
    );
    expect([...journey.outbox.tickets, ...journey.jobs.tickets, ...journey.world.calls]).toEqual([]);
    expect(journey.audited).toMatchObject([
      { decision: "ignored", permission: null, trigger: { text: "/agent fix it" } },
      { decision: "ignored", permission: null, trigger: { text: "agent:fix" } },
    ]);
  });

  test("a comment through our own App gets nothing, whoever's name it bears", async () => {
    const journey = await createJourney();
    await journey.handle(comment("/agent fix it", { comment: { performed_via_github_app: { id: 7 } } }));
    expect(journey.outbox.tickets).toEqual([]);
  });

  test("a listed bot may run", async () => {
    const journey = await createJourney({}, { allowedBots: ["renovate[bot]"] });
    await journey.handle(
      comment("/agent fix it", { sender: { login: "renovate[bot]", id: 8, type: "Bot" } }),
    );
    expect(journey.jobs.tickets).toHaveLength(1);
  });

  test.each(["hello", "> /agent fix it", "`/agent fix it`", "use /agent to fix it"])(
    "a comment that holds no command gets nothing, nobody is asked: %s",
    async (body) => {
      const journey = await createJourney();
      expect(await journey.handle(comment(body))).toBe("complete");
      expect([...journey.outbox.tickets, ...journey.world.calls]).toEqual([]);
    },
  );

  test("help answers by one reply", async () => {
    const journey = await createJourney();
    await journey.handle(comment("/agent help"));
    expect(journey.outbox.payloads()).toMatchObject([{ kind: "reply", marker: `${inboxId}-0`, number: 12 }]);
  });
});

describe("a label", () => {
  test.each([
    ["issues", issueLabelPayload("agent:quick"), "Login test is flaky"],
    ["pull_request", pullLabelPayload("Agent:Quick"), "A change"],
  ])("%s: starts its pipeline with the title as its goal", async (event, payload, goal) => {
    const journey = await createJourney({ pulls: { 12: pullRequest(12) } });
    await journey.handle(makeDelivery(event, payload));
    expect(journey.jobs.payloads()).toMatchObject([
      {
        goal,
        pipeline: "quick",
        target: { body: "It fails on Mondays." },
        source: { meta: { action: "labeled" } },
      },
    ]);
    expect(journey.intents("react")).toMatchObject([
      { content: "eyes", subject: { type: "issue", number: 12 } },
    ]);
  });

  test("by a stranger gets a 👎 on the issue", async () => {
    const journey = await createJourney({ permissions: { ann: "triage" } });
    await journey.handle(makeDelivery("issues", issueLabelPayload("agent:fix")));
    expect(journey.outbox.payloads()).toMatchObject([
      { kind: "react", content: "-1", subject: { type: "issue", number: 12 } },
    ]);
    expect(journey.jobs.tickets).toEqual([]);
  });

  test.each(["bug", "agent:running", "agent:done", "agent:needs-human", "agent:failed"])(
    "%s asks for nothing",
    async (label) => {
      const journey = await createJourney();
      await journey.handle(makeDelivery("issues", issueLabelPayload(label)));
      expect(journey.outbox.tickets).toEqual([]);
    },
  );

  test("starts what the repository's configuration has made of it, when its own permission allows", async () => {
    const configuration = "labels: { Bug: quick }\n";
    const journey = await createJourney({ configuration });
    await journey.handle(makeDelivery("issues", issueLabelPayload("bug")));
    expect(journey.jobs.payloads()).toMatchObject([{ pipeline: "quick", goal: "Login test is flaky" }]);
    const denied = await createJourney({ configuration, permissions: { ann: "triage" } });
    await denied.handle(makeDelivery("issues", issueLabelPayload("bug")));
    expect(denied.jobs.tickets).toEqual([]);
  });

  test("of somebody's own is no question, not even where the configuration is broken", async () => {
    const journey = await createJourney({ configuration: "labels: { bug: fxi }\n" });
    await journey.handle(makeDelivery("issues", issueLabelPayload("bug")));
    expect(journey.outbox.tickets).toEqual([]);
  });

  test("that names no pipeline gets the nearest one", async () => {
    const journey = await createJourney();
    await journey.handle(makeDelivery("issues", issueLabelPayload("agent:fxi")));
    expect(journey.intents("reply")).toMatchObject([{ body: expect.stringContaining("`agent:fix`") }]);
    expect(journey.jobs.tickets).toEqual([]);
  });
});

describe("every recorded payload", () => {
  const recorded = handledPayloads();
  test("is there", () => expect(recorded.length).toBeGreaterThanOrEqual(9));

  test.each(recorded)("$title: as it is", async ({ event, payload }) => {
    const journey = await createJourney();
    expect(await journey.handle(makeDelivery(event, payload))).toBe("complete");
    expect(journey.outbox.tickets).toEqual([]);
  });

  test.each(recorded)("$title: with a command and an installation", async ({ event, payload }) => {
    const journey = await createJourney({
      permissions: { Codertocat: "admin" },
      pulls: { 2: pullRequest(2) },
    });
    const asking = adapt(payload, "/agent fix the login");
    const received_at = timeOf(payload);
    expect(await journey.handle(makeDelivery(event, asking, { received_at }))).toBe("complete");
    expect(journey.jobs.payloads()).toMatchObject([
      { repository: { owner: "Codertocat", name: "Hello-World", installation_id: 5 } },
    ]);
  });

  test.each(recorded)("$title: with a command but no installation", async ({ event, payload }) => {
    const journey = await createJourney({ permissions: { Codertocat: "admin" } });
    const { installation: _, ...asking } = adapt(payload, "/agent fix the login");
    expect(await journey.handle(makeDelivery(event, asking))).toBe("complete");
    expect([...journey.outbox.tickets, ...journey.world.calls]).toEqual([]);
  });
});

/** When the recorded event happened. */
function timeOf(payload: object): string {
  const At = z.object({ created_at: z.string().optional(), updated_at: z.string().optional() });
  const Times = z.object({ comment: At.optional(), issue: At.optional(), pull_request: At.optional() });
  const { comment, issue, pull_request: pull } = Times.parse(payload);
  return new Date(comment?.created_at ?? issue?.updated_at ?? pull?.updated_at ?? 0).toISOString();
}

/** The payload with our label, a command in its comment when it has one, and an installation. */
function adapt(payload: Record<string, unknown>, body: string): Record<string, unknown> {
  const { comment } = payload;
  return {
    ...payload,
    installation: { id: 5 },
    ...(typeof comment === "object" ? { comment: { ...comment, body } } : { label: { name: "agent:fix" } }),
  };
}

describe("what goes wrong", () => {
  test("a passing fault is thrown for the consumer, the claim still open", async () => {
    const journey = await createJourney();
    journey.jobs.failWith(new TransientError("enqueueing: no answer"));
    await expect(journey.handle(comment("/agent fix it"))).rejects.toBeInstanceOf(TransientError);
    journey.jobs.failWith(undefined);
    expect(await journey.handle(comment("/agent fix it"))).toBe("complete");
    expect(journey.jobs.tickets).toHaveLength(1);
    expect(journey.intents("reply")).toEqual([]);
  });

  test("a bug fails the ticket and is told with the delivery's GUID, not with its words", async () => {
    const journey = await createJourney();
    journey.jobs.failWith(new Error("undefined is not a function at /secret/place"));
    const delivery = comment("/agent fix it");
    expect(await journey.handle(delivery)).toMatch(/^fail: .*undefined is not a function/);
    expect(journey.intents("reply")).toMatchObject([{ body: expect.stringContaining(delivery.guid) }]);
    expect(JSON.stringify(journey.intents("reply"))).not.toContain("secret");
  });

  test("an outbox that is full keeps the delivery for later", async () => {
    const journey = await createJourney();
    const full = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    journey.outbox.failWith(full);
    await expect(journey.handle(comment("/agent help"))).rejects.toBeInstanceOf(TransientError);
    const refused = comment("/agent fix it", { issue: { state: "closed" } });
    await expect(journey.handle(refused)).rejects.toBeInstanceOf(TransientError);
  });

  test("a claim that can't be ended for want of room is no bug", async () => {
    const journey = await createJourney();
    const complete = () =>
      Promise.reject(Object.assign(new Error("no space left on device"), { code: "ENOSPC" }));
    await expect(journey.handle(comment("/agent help"), { complete })).rejects.toBeInstanceOf(TransientError);
  });

  test("a delivery that is given up is told, with its GUID", async () => {
    const journey = await createJourney();
    const delivery = comment("/agent fix it");
    await journey.gaveUp(delivery);
    expect(journey.intents("reply")).toMatchObject([
      { number: 12, marker: `${inboxId}-error`, body: expect.stringContaining(delivery.guid) },
    ]);
  });

  test("what a person can mend is told once, however often it is handled", async () => {
    const journey = await createJourney();
    const delivery = comment("/agent fix it", { issue: { state: "closed" } });
    await journey.handle(delivery);
    await journey.handle(delivery);
    expect(journey.intents("reply")).toMatchObject([{ body: expect.stringContaining("Reopen it") }]);
  });

  test("a payload of another shape fails its own ticket only", async () => {
    const journey = await createJourney();
    const broken = makeDelivery("issue_comment", { action: "created", comment: { body: "/agent" } });
    expect(await journey.handle(broken)).toMatch(/^fail: /);
    expect(journey.outbox.tickets).toEqual([]);
    const notJson = makeDelivery("issue_comment", {}, { body: "{" });
    expect(await journey.handle(notJson)).toMatch(/^fail: /);
  });
});
