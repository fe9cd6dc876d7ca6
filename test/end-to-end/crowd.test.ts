// Many people at once: each request is answered once, and no issue ever has two jobs running.
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { temporaryFolder } from "../temp-folder.ts";
import { createWorld, person } from "./world.ts";

/** `npm run torture` has more time. */
const deliveries = process.env["TORTURE_SECONDS"] === undefined ? 40 : 200;
const repositories = Array.from({ length: 10 }, (_, index) => `acme/shop-${index}`);
const people = Array.from({ length: 20 }, (_, index) => `person-${index}`);
const stranger = "stranger";

const folder = await temporaryFolder();
const world = await createWorld(join(folder, "world"), { RUNNER_CONCURRENCY: "4" });
afterAll(() => world.stop());

/** What the `n`-th delivery is; of each ten, so many of each kind. */
const kinds = ["job", "job", "label", "help", "job", "talk", "refused", "typo", "job", "again"] as const;
type Kind = (typeof kinds)[number];

interface Place {
  repo: string;
  number: number;
}

test(`${deliveries} mixed deliveries of ${people.length} people on ${repositories.length} repositories`, async () => {
  const { standIn } = world;
  const places: Place[] = [];
  for (const repo of repositories) {
    await standIn.createRepository(repo, { from: world.source.path, defaultBranch: "main" });
    for (const login of people) await standIn.setPermission(repo, login, "write");
    await standIn.setPermission(repo, stranger, "read");
    for (const title of ["Too many tries", "Too few tries"]) {
      const { number } = await standIn.openIssue({ repo, title, body: "See src/login.ts.", author: person });
      places.push({ repo, number });
    }
  }
  await world.start();

  const done: Record<Kind, number> = { job: 0, label: 0, help: 0, talk: 0, refused: 0, typo: 0, again: 0 };
  const labelled = new Set<Place>();
  for (let n = 0; n < deliveries; n += 1) {
    const place = places[(n * 7) % places.length];
    const author = people[(n * 3) % people.length] ?? "";
    const kind = kinds[n % kinds.length];
    if (!place || !kind) throw new Error("there are places and kinds");
    const say = (body: string, who = author) => standIn.comment({ ...place, author: who, body });
    if (kind === "label" && labelled.has(place)) continue;
    done[kind] += 1;
    if (kind === "job") await say(`/agent quick allow ${n} tries`);
    else if (kind === "label") await standIn.addLabel({ ...place, label: "agent:quick", sender: author });
    else if (kind === "help") await say("/agent help");
    else if (kind === "talk") await say("I agree; `/agent quick` would do it.");
    else if (kind === "refused") await say("/agent quick let me in", stranger);
    else if (kind === "typo") await say("/agent quick --agnet claude fix it");
    else {
      await standIn.settled();
      const earlier = standIn.deliveries.find(({ event }) => event === "issue_comment");
      if (earlier) standIn.redeliver(earlier);
    }
    if (kind === "label") labelled.add(place);
  }

  const jobs = done.job + done.label;
  const answers = jobs + done.help + done.typo;
  const ours = () => standIn.state.comments.filter(({ author }) => author === standIn.app.botLogin);
  const ended = /^### (?:✅|❌|✋|⏱️|🚫|⚠️)/mu;
  await world.until(
    () => (ours().filter(({ body }) => ended.test(body)).length >= jobs ? true : undefined),
    "the end of each job",
    240_000,
  );
  await world.until(() => (ours().length >= answers ? true : undefined), "each answer");
  const refusals = () => world.reactions().filter(({ content }) => content === "-1");
  await world.until(() => (refusals().length >= done.refused ? true : undefined), "each refusal");

  const ids = await world.published(jobs);
  expect({ jobs: ids.length, answers: ours().length, refusals: refusals().length }).toEqual({
    jobs,
    answers,
    refusals: done.refused,
  });
  expect(new Set(ours().map(({ body }) => /<!-- patchbay:\S+ -->/.exec(body)?.[0])).size).toBe(answers);

  const runs = ids.map((id) => {
    const spec = world.spec(id);
    const result = world.result(id);
    expect(result?.status).toBe("success");
    const key = `${spec?.repository?.name}#${spec?.target?.number}`;
    return { key, from: result?.steps[0]?.started_at ?? "", to: result?.finished_at ?? "" };
  });
  for (const [key, own] of Map.groupBy(runs, (run) => run.key)) {
    const inOrder = own.toSorted((one, other) => (one.from < other.from ? -1 : 1));
    const overlaps = inOrder.filter(({ from }, at) => at > 0 && from < (inOrder[at - 1]?.to ?? ""));
    expect({ key, overlaps }).toEqual({ key, overlaps: [] });
  }
}, 600_000);
