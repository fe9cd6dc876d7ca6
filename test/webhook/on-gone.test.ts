// What is gone takes its jobs with it, and no others.
import { expect, test } from "vitest";
import { createJourney, makeDelivery } from "./journey.ts";
import { commentPayload } from "./payloads.ts";

const acme = { login: "acme", id: 1, type: "Organization" };
const shop = { name: "shop", owner: acme };
const base = { sender: { login: "ann", id: 2, type: "User" }, installation: { id: 5 } };
const later = {
  inbox_id: "019b7d5e4a0070008000000000000002",
  guid: "72d3162e-cc78-11e3-81ab-000000000002",
  received_at: "2026-01-02T04:00:00.000Z",
};

async function cancelled(event: string, payload: object, over: object = later): Promise<string[]> {
  const journey = await createJourney();
  await journey.handle(makeDelivery("issue_comment", commentPayload("/agent fix the login")));
  expect(await journey.handle(makeDelivery(event, { ...base, ...payload }, over))).toBe("complete");
  return journey.cancelled.map((one) => one.replace(/^\w+ /, ""));
}

test.each<[string, string, object, string]>([
  ["the App removed", "installation", { action: "deleted" }, "removed from the account"],
  ["the App suspended", "installation", { action: "suspend" }, "suspended"],
  [
    "the repository taken from the App",
    "installation_repositories",
    { action: "removed", repositories_removed: [{ full_name: "Acme/Shop" }] },
    "removed from the repository",
  ],
  [
    "the repository transferred",
    "repository",
    {
      action: "transferred",
      repository: { name: "shop", owner: { login: "other" } },
      changes: { owner: { from: { organization: acme } } },
    },
    "transferred",
  ],
  ["the repository archived", "repository", { action: "archived", repository: shop }, "archived"],
  [
    "the issue transferred",
    "issues",
    { action: "transferred", repository: shop, issue: { number: 12 } },
    "issue",
  ],
  ["the issue deleted", "issues", { action: "deleted", repository: shop, issue: { number: 12 } }, "issue"],
])("%s cancels", async (_, event, payload, word) => {
  expect(await cancelled(event, payload)).toEqual([expect.stringContaining(word)]);
});

test.each<[string, string, object]>([
  ["another installation", "installation", { action: "deleted", installation: { id: 6 } }],
  [
    "another repository",
    "installation_repositories",
    { action: "removed", repositories_removed: [{ full_name: "acme/shop2" }] },
  ],
  ["another repository archived", "repository", { action: "archived", repository: { ...shop, name: "x" } }],
  ["another issue", "issues", { action: "deleted", repository: shop, issue: { number: 13 } }],
])("%s cancels nothing", async (_, event, payload) => {
  expect(await cancelled(event, payload)).toEqual([]);
});

test("a delivery that comes late cancels nothing that was asked for after it", async () => {
  const early = { ...later, received_at: "2026-01-01T00:00:00.000Z" };
  expect(await cancelled("installation", { action: "deleted" }, early)).toEqual([]);
});
