// `npm run demo -- --postgres`: one web and two runners, each as on a machine of its own, share the work through a
// Postgres and a folder of artifacts. Everything that it makes goes with it.
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { JobSpec } from "../src/job/job-spec.ts";
import { createClient, type Client } from "./github-client.ts";
import { bold, createJourney, dim, green, readStage } from "./journey.ts";
import { startPostgres } from "./postgres/start.ts";
import type { Program } from "./processes.ts";
import { startPart, startStandIn } from "./programs.ts";
import { makeSource } from "./repository.ts";
import { rule } from "./show.ts";

const repo = "acme/patchbay";
const person = "maintainer";
const waitMs = 120_000;
const topics = [
  "running a single test file",
  "reading a failed test",
  "adding a decision record",
  "naming a commit",
  "starting the demo",
  "updating a snapshot",
];

/** What is known of one request while it goes its way. */
interface Request {
  number: number;
  job: string;
  /** Each time that a runner began it. */
  runners: string[];
  published: boolean;
}

/**
 * Resolves when each request has one comment and one pull request with its patch. Throws when one has more or less.
 * `own` is told of everything that has to be stopped at the end, in reverse order.
 */
export async function showSeveralMachines(options: {
  project: string;
  /** A folder of this demo alone; what an earlier run left in it is removed. */
  data: string;
  own: (program: Pick<Program, "stop">) => void;
  keepRunning: ((address: string) => Promise<never>) | undefined;
}): Promise<void> {
  const { project, data, own } = options;
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { recursive: true });
  own({ stop: async () => rmSync(data, { recursive: true, force: true }) });
  const artifactsRoot = join(data, "artifacts");

  const postgres = await startPostgres();
  own({ stop: () => postgres.end() });
  const standIn = await startStandIn({ project, data, port: 0 });
  own(standIn.program);
  const { url } = standIn.ready;
  const client = createClient(url, repo);
  const source = makeSource(project, join(data, "source"));
  await client.signIn(person);
  await client.makeRepository(source.path);
  await client.installApp();
  await client.allow(person, "write");
  console.log(`${bold("GitHub")}    a stand-in at ${url}, repository ${repo}`);
  console.log(`${bold("Postgres")}  on port ${postgres.port}, for this demo alone`);

  const journey = createJourney();
  const requests = new Map<string, Request>();
  const allPublished = Promise.withResolvers<void>();
  function requestOf(job: string): Request {
    const known = requests.get(job);
    if (known) return known;
    const spec = JobSpec.parse(JSON.parse(readFileSync(join(artifactsRoot, job, "job.json"), "utf8")));
    const made = { number: spec.target?.number ?? 0, job, runners: [], published: false };
    requests.set(job, made);
    return made;
  }
  function follow(who: string): (line: string) => void {
    return (line) => {
      const step = readStage(line);
      if (step?.job === undefined) return;
      const request = requestOf(step.job);
      const begins = step.stage === "runner" && step.text.endsWith("started");
      if (begins) request.runners.push(who);
      if (step.stage === "published") request.published = true;
      const ends = step.stage === "runner" && !begins;
      if (begins || ends || step.stage === "queue" || step.stage === "published") {
        const text = begins ? "begins" : step.text;
        journey.tell({ stage: who, text: `#${String(request.number).padEnd(3)} ${text}` });
      }
      const published = [...requests.values()].filter((one) => one.published);
      if (published.length === topics.length) allPublished.resolve();
    };
  }

  const names = ["web", "runner 1", "runner 2"];
  const shared = { project, data, artifactsRoot, app: standIn.ready, databaseUrl: postgres.url };
  const parts = await Promise.all(
    names.map((name) =>
      startPart({ ...shared, name, onLine: follow(name) }, name === "web" ? "web" : "runner"),
    ),
  );
  for (const { program } of parts) own(program);
  const [web] = parts;
  await client.setWebhook(`http://127.0.0.1:${web?.port}/api/github/webhooks`);
  console.log(`${bold("Patchbay")}  ${names.join(", ")}: three processes, simulated agents\n`);

  const numbers: number[] = [];
  for (const topic of topics) {
    const { number } = await client.openIssue(
      person,
      `Say more on ${topic}`,
      "CONTRIBUTING.md is short on it.",
    );
    numbers.push(number);
  }
  journey.start();
  for (const [index, number] of numbers.entries()) {
    const command = `/agent add a note on ${topics[index]} to CONTRIBUTING.md`;
    journey.tell({ stage: "comment", text: `#${String(number).padEnd(3)} @${person}: ${command}` });
    await client.comment(person, number, command);
  }
  await Promise.race([allPublished.promise, late(), ...parts.map(({ ended }) => ended)]);
  const seconds = journey.seconds();
  const shares = await judge(client, { numbers, requests: [...requests.values()], artifactsRoot });
  console.log(
    green(
      bold(
        `\n✓ ${numbers.length} comments, ${numbers.length} pull requests in ${seconds.toFixed(1)} s: ${shares}`,
      ),
    ),
  );
  await options.keepRunning?.(`${url}/${repo}/issues`);
}

/** Prints which runner did what, and says how the work was shared. Throws unless everything exists once. */
async function judge(
  client: Client,
  found: { numbers: number[]; requests: Request[]; artifactsRoot: string },
): Promise<string> {
  const { numbers, requests, artifactsRoot } = found;
  const pulls = await client.pulls();
  const Result = z.object({ patch: z.object({ tree: z.string() }) });
  console.log(rule("who did what"));
  const shares = new Map<string, number>();
  const heads = new Set<string>();
  for (const number of numbers) {
    const [request, ...others] = requests.filter((one) => one.number === number);
    const [runner, ...again] = request?.runners ?? [];
    if (!request || runner === undefined || others.length + again.length > 0) {
      throw new Error(`#${number} was to be run once: ${JSON.stringify(requests)}`);
    }
    const bot = (await client.comments(number)).filter((comment) => comment.user.login.endsWith("[bot]"));
    const said = bot.map((comment) => comment.body).join("\n");
    const [pull, ...more] = pulls.filter((one) => new RegExp(`#${one.number}\\b`).test(said));
    if (bot.length !== 1 || !pull || more.length > 0) {
      throw new Error(
        `#${number} has ${bot.length} comments and ${pull ? 1 + more.length : 0} pull requests`,
      );
    }
    const path = join(artifactsRoot, request.job, "result.json");
    const { patch } = Result.parse(JSON.parse(readFileSync(path, "utf8")));
    if ((await client.treeOf(pull.head.sha)) !== patch.tree) {
      throw new Error(`the branch ${pull.head.ref} does not hold what job ${request.job} made`);
    }
    heads.add(pull.head.ref);
    shares.set(runner, (shares.get(runner) ?? 0) + 1);
    console.log(`${runner}  #${String(number).padEnd(3)} → pull request #${pull.number} ${dim(pull.title)}`);
  }
  if (pulls.length !== numbers.length || heads.size !== numbers.length) {
    throw new Error(`expected ${numbers.length} pull requests, found ${pulls.length}`);
  }
  if (shares.size < 2) throw new Error(`only ${[...shares.keys()].join()} worked`);
  return [...shares.entries()]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([runner, count]) => `${runner} did ${count}`)
    .join(", ");
}

async function late(): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error(`waited ${waitMs / 1000} s for the work to be done`)), waitMs).unref();
  });
}
