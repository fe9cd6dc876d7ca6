import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { temporaryFolder } from "../temp-folder.ts";
import { createWorld, type World } from "./world.ts";

const folder = await temporaryFolder();
let world: World;
let worlds = 0;
afterEach(() => world.stop());

type Faults = World["standIn"]["faults"];

/** Every create of a job, done by GitHub although it answered with an error; and refusals that pass. */
const troubles: [string, (faults: Faults) => void, Record<string, string>?][] = [
  [
    "answers 502 although it created the comment",
    (faults) => faults.serverError({ method: "POST", path: "/repos/*/*/issues/*/comments", after: true }),
  ],
  [
    "answers 502 although it created the pull request",
    (faults) => faults.serverError({ method: "POST", path: "/repos/*/*/pulls", after: true }),
  ],
  [
    "refuses a comment by its secondary limit",
    (faults) => faults.secondaryLimit({ method: "POST", path: "/repos/*/*/issues/*/comments" }, 1),
  ],
  [
    "answers 500 three times to everyone who asks for a permission",
    (faults) =>
      faults.serverError({ method: "GET", path: "/repos/*/*/collaborators/*/permission", times: 3 }, 500),
  ],
];

/** Every other request of a job; its connection is cut after GitHub did what was asked. */
const requests: [method: string, path: string, env?: Record<string, string>][] = [
  ["GET", "/app"],
  ["GET", "/users/*"],
  ["GET", "/repos/*/*/git/ref/**"],
  ["GET", "/repos/*/*/issues/*/comments"],
  ["GET", "/repos/*/*/pulls"],
  ["POST", "/repos/*/*/issues/comments/*/reactions"],
  ["POST", "/app/installations/*/access_tokens"],
  ["GET", "/*/*.git/info/refs"],
  ["POST", "/*/*.git/git-upload-pack"],
  ["POST", "/*/*.git/git-receive-pack", { VERIFIED_COMMITS: "0" }],
  ["POST", "/repos/*/*/git/refs"],
  ["POST", "/api/graphql"],
  ["PATCH", "/repos/*/*/issues/comments/*"],
  ["DELETE", "/installation/token"],
];
for (const [method, path, env] of requests) {
  troubles.push([
    `cuts the connection of ${method} ${path}`,
    (faults) => faults.cut({ method, path, after: true }),
    env,
  ]);
}

describe("one comment and one pull request, when GitHub", () => {
  for (const [name, order, env] of troubles) {
    test(name, async () => {
      world = await createWorld(join(folder, String(++worlds)), env);
      await world.start();
      const number = await world.openIssue();
      order(world.standIn.faults);
      await world.comment(number, "/agent quick allow five tries in src/login.ts");
      const [job = ""] = await world.published();
      expect(world.ownComments(number)).toHaveLength(1);
      expect(world.ownPulls()).toHaveLength(1);
      expect(world.standIn.faults.list().every((fault) => fault.hits > 0)).toBe(true);
      expect(await world.treeOf(world.ownPulls()[0]?.pull?.head.ref ?? "")).toBe(
        world.result(job)?.patch?.tree,
      );
    });
  }
});
