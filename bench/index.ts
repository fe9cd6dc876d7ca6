// `npm run bench index [-- --jobs=N]`: building the index over generated jobs, and asking it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findJobs, JobFilter } from "../src/artifacts/index/find-jobs.ts";
import { insightAgents, insightDays, insightGroups } from "../src/artifacts/index/insight.ts";
import { openJobIndex, rebuildIndex } from "../src/artifacts/index/job-index.ts";
import { jobsNow } from "../src/artifacts/index/jobs-now.ts";
import { generateJobs, words } from "./index/generate-jobs.ts";
import { quantile } from "./queue/quantile.ts";

const { values: flags } = parseArgs({ options: { jobs: { type: "string", default: "100000" } } });
const jobs = Number(flags.jobs);
const folder = mkdtempSync(join(tmpdir(), "patchbay-bench-"));

function timed(name: string, rounds: number, ask: (round: number) => unknown): void {
  const took: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    ask(round);
    took.push(performance.now() - start);
  }
  const ms = (share: number): string => quantile(took, share).toFixed(1).padStart(7);
  console.log(`${name.padEnd(44)} p50 ${ms(0.5)} ms   p95 ${ms(0.95)} ms   max ${ms(1)} ms`);
}

try {
  const root = join(folder, "artifacts");
  const file = join(folder, "index.sqlite");
  console.log(`${generateJobs(root, jobs)} jobs of 3 steps`);
  const start = performance.now();
  const count = await rebuildIndex({ file, root });
  const seconds = (performance.now() - start) / 1000;
  console.log(`rebuild: ${count} in ${seconds.toFixed(1)} s, ${Math.round(count / seconds)} jobs/s`);

  const index = openJobIndex({ file, root });
  await index.catchUp();
  const find = (filter: object): unknown =>
    index.query((db) => findJobs(db, JobFilter.parse(filter), "everything"));
  const word = (round: number): string => words[round % words.length] ?? "";
  const rare = (round: number): string => `ticket${(round * 7919) % jobs}`;
  const filters: [string, (round: number) => object][] = [
    ["a common word", (round) => ({ text: word(round) })],
    ["two words", (round) => ({ text: `${word(round)} ${word(round + 3)}` })],
    ["a rare word", (round) => ({ text: rare(round) })],
    ["the beginning of a word", (round) => ({ text: word(round).slice(0, 3) })],
    ["a word in a repository", (round) => ({ text: word(round), repository: `acme/repo-${round % 40}` })],
    ["a rare word of failed jobs", (round) => ({ text: rare(round), status: "failed" })],
    ["a repository", (round) => ({ repository: `acme/repo-${round % 40}` })],
    ["a person's failed jobs", (round) => ({ person: `person-${round % 200}`, status: "failed" })],
    ["an agent and a pipeline", () => ({ agent: "codex", pipeline: "quick" })],
    ["the dearest", () => ({ order: "cost" })],
    ["the longest of a state", () => ({ order: "duration", status: "failed" })],
    ["a word, the dearest first", (round) => ({ text: word(round), order: "cost" })],
  ];
  for (const [name, filter] of filters) timed(`find: ${name}`, 60, (round) => find(filter(round)));
  timed("find: all of these in turn", 600, (round) =>
    find(filters[round % filters.length]?.[1](round) ?? {}),
  );
  timed("now", 200, () => index.query((db) => jobsNow(db, "everything")));
  const sight = new Set(Array.from({ length: 10 }, (_, at) => `acme/repo-${at}`));
  timed("now, of ten repositories", 200, () => index.query((db) => jobsNow(db, sight)));
  const today = Math.floor(Date.now() / 86_400_000);
  const month = { fromDay: today - 29, toDay: today };
  timed("insight: 30 days", 20, () =>
    index.query((db) => [
      insightDays(db, month, "everything"),
      insightGroups(db, "repository", month, "everything"),
      insightAgents(db, month, "everything"),
    ]),
  );
  index.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
