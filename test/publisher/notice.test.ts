// One word to a pull request that nobody asked for: said once, brought up to date, and never about an older head.
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Intent } from "../../src/job/intent.ts";
import { pullRequest } from "../command/fake-github.ts";
import type { GitWorld } from "./git-world.ts";
import { repository } from "./job.ts";
import { createSetup, createShop, finished, type Setup } from "./setup.ts";

let world: GitWorld;
let setup: Setup;
beforeEach(async () => {
  world = await createShop();
  setup = createSetup(world, finished(world, await world.change(async () => undefined)));
});
afterEach(() => world.remove());

type Notice = Extract<Intent, { kind: "notice" }>;

const head = "b".repeat(40);
function notice(body: string, over: Partial<Notice> = {}): Notice {
  return {
    kind: "notice",
    repository,
    number: 7,
    about: "agent-yml",
    body,
    head_sha: head,
    isNews: true,
    ...over,
  };
}
const said = () => setup.github.allComments().map(({ body }) => body?.split("\n")[1]);

test("is one comment, edited when there is something else to say", async () => {
  setup.github.pulls.push(
    pullRequest(7, { head: { ref: "x", sha: head, repo: { full_name: "acme/shop" } } }),
  );
  await setup.publisher.carryOut(notice("nothing is wrong", { isNews: false }));
  expect(said()).toEqual([]);
  await setup.publisher.carryOut(notice("it is broken"));
  await setup.publisher.carryOut(notice("it is broken"));
  expect(said()).toEqual(["it is broken"]);
  await setup.publisher.carryOut(notice("it is mended", { isNews: false }));
  expect(said()).toEqual(["it is mended"]);
  expect(setup.github.writes).toEqual(["createComment", "updateComment"]);
});

test("is not said any more once the pull request has another head", async () => {
  setup.github.pulls.push(
    pullRequest(7, { head: { ref: "x", sha: "c".repeat(40), repo: { full_name: "acme/shop" } } }),
  );
  await setup.publisher.carryOut(notice("it is broken"));
  expect(said()).toEqual([]);
});
