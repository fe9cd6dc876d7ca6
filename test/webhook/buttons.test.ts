// Buttons of check runs and labels that are taken off: the same way as a comment, the same refusals.
import { describe, expect, test } from "vitest";
import { deriveJobId } from "../../src/job/ids.ts";
import { createJourney, makeDelivery } from "./journey.ts";
import { buttonPayload, commentPayload, issueLabelPayload } from "./payloads.ts";

const jobId = deriveJobId(makeDelivery("issues", {}).inbox_id, 0);
const stranger = { login: "eve", id: 66, type: "User" };
const later = { inbox_id: "019b7d5e4a0070008000000000000002", guid: "72d3162e-cc78-11e3-81ab-000000000002" };

/** A job is there, asked for by a comment. */
async function withJob() {
  const journey = await createJourney();
  await journey.handle(makeDelivery("issue_comment", commentPayload("/agent fix the login")));
  const before = journey.outbox.tickets.length;
  return {
    handle: (event: string, payload: object) => journey.handle(makeDelivery(event, payload, later)),
    said: () => journey.outbox.payloads().slice(before),
  };
}

const cancel = `cancel:${jobId.slice(-12)}`;

describe("a button", () => {
  test("of a job that its queue doesn't know any more is answered where the job was", async () => {
    const { handle, said } = await withJob();
    expect(await handle("check_run", buttonPayload(cancel, jobId))).toBe("complete");
    expect(said()).toMatchObject([
      { kind: "react", content: "eyes" },
      { kind: "reply", number: 12, body: expect.stringContaining("There is no job") },
    ]);
  });

  test("that asks for another try of a job that has not ended, or GitHub's own Re-run, is answered too", async () => {
    for (const action of ["requested_action", "rerequested"]) {
      const { handle, said } = await withJob();
      const change = { action, ...(action === "rerequested" && { requested_action: undefined }) };
      await handle("check_run", buttonPayload(`retry:${jobId.slice(-12)}`, jobId, change));
      expect(said().at(-1)).toMatchObject({
        kind: "reply",
        number: 12,
        body: expect.stringContaining("no job"),
      });
    }
  });

  test("of someone without permission gets a 👎 and nothing else", async () => {
    const { handle, said } = await withJob();
    await handle("check_run", buttonPayload(cancel, jobId, { sender: stranger }));
    expect(said()).toMatchObject([{ kind: "react", content: "-1" }]);
    expect(said()).toHaveLength(1);
  });

  test("of the App itself is ignored", async () => {
    const { handle, said } = await withJob();
    const sender = { login: "patchbay[bot]", id: 9, type: "Bot" };
    await handle("check_run", buttonPayload(cancel, jobId, { sender }));
    expect(said()).toEqual([]);
  });

  test("whose job belongs to another repository, or is gone, decides nothing", async () => {
    const { handle, said } = await withJob();
    const repository = { name: "other", owner: { login: "acme" }, default_branch: "main" };
    await handle("check_run", buttonPayload(cancel, jobId, { repository }));
    expect(said()).toMatchObject([
      { kind: "reply", body: expect.stringContaining("The job of this button is gone") },
    ]);
  });
});

describe("the label of a running job that is taken off", () => {
  test("asks for what a label has started, and says so when there is nothing", async () => {
    const { handle, said } = await withJob();
    await handle("issues", issueLabelPayload("agent:running", { action: "unlabeled" }));
    expect(said()).toMatchObject([
      { kind: "react", content: "eyes" },
      { kind: "reply", body: expect.stringContaining("Nothing runs or waits here") },
    ]);
  });

  test("by someone without permission cancels nothing", async () => {
    const { handle, said } = await withJob();
    await handle("issues", issueLabelPayload("agent:running", { action: "unlabeled", sender: stranger }));
    expect(said()).toMatchObject([{ kind: "react", content: "-1" }]);
  });

  test("another label that is taken off asks for nothing", async () => {
    const { handle, said } = await withJob();
    await handle("issues", issueLabelPayload("agent:done", { action: "unlabeled" }));
    expect(said()).toEqual([]);
  });
});
