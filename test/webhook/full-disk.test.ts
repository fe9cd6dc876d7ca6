// What GitHub hears when the inbox's disk is full: no promise, and a later try is welcome.
import { expect, test } from "vitest";
import { runWithOwnMounts } from "../queue/fsqueue/own-mounts.ts";
import { temporaryFolder } from "../temp-folder.ts";

const folder = await temporaryFolder();

test("a full or read-only disk answers 503; what had its 202 is there, whole, and the refused one may come again", async () => {
  const seen: unknown = JSON.parse(await runWithOwnMounts("../../webhook/on-full-disk.ts", folder));
  const refused = {
    status: 503,
    text: expect.stringMatching(
      /^\{"status":503,"detail":"the inbox can't keep the delivery now; redeliver it later"\}$/,
    ),
    retryAfter: "10",
  };
  expect(seen).toEqual({
    kept: expect.toSatisfy((count: number) => count > 20),
    full: refused,
    readOnly: refused,
    again: { status: 202, text: '{"status":"queued"}', retryAfter: null },
    allClaimed: true,
  });
});
