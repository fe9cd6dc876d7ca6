// `npm run demo`: one comment's journey to a pull request, on real input, without credentials or network.
//
// Starts the stand-in for GitHub with a real repository and Patchbay against it, comments as a person would, shows
// the stages as they come, and ends with status 0 only if the pull request exists with the patch's content.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { createClient, type Client } from "./github-client.ts";
import { bold, createJourney, dim, green, readStage, red } from "./journey.ts";
import type { Program } from "./processes.ts";
import { openTemporary, prepareRealAgent, realAgents } from "./real-agent.ts";
import { makeSource } from "./repository.ts";
import { startPatchbay, startStandIn } from "./programs.ts";
import { showSeveralMachines } from "./several-machines.ts";
import { printComment, printDiff, rule } from "./show.ts";

const usage = `usage: npm run demo -- [--keep] [--fresh] [--agent NAME | --postgres] [--data DIR]

  --keep      leave everything running, to look at it and to write more comments in a browser
  --fresh     forget what an earlier run left
  --agent     ${realAgents.join(", ")}: the real CLI in the sandbox, with a scripted model behind the key proxy
  --postgres  a web and two runners that share the work through a Postgres; leaves nothing behind
  --data      where its data lies (default: var/demo; with --agent a temporary folder, and the artifacts in artifacts/)`;

const project = join(import.meta.dirname, "..");
const repo = "acme/patchbay";
const person = "maintainer";
const issueTitle = "Say how to run a single test file";
const issueBody =
  "I wanted to run the tests of one file only and had to search for the way. A note in CONTRIBUTING.md would have helped.";
const goal = "add a note on running a single test file to CONTRIBUTING.md";
const waitMs = 180_000;

const { values: options } = parseArgs({
  options: {
    keep: { type: "boolean", default: false },
    fresh: { type: "boolean", default: false },
    agent: { type: "string" },
    postgres: { type: "boolean", default: false },
    data: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (options.help) {
  console.log(usage);
  process.exit(0);
}

const { agent } = options;
const named = realAgents.find((name) => name === agent);
if (agent !== undefined && named === undefined) {
  console.error(`--agent: there is no "${agent}"; known are ${realAgents.join(", ")}`);
  process.exit(2);
}
const command = named === undefined ? `/agent ${goal}` : `/agent --agent ${named} ${goal}`;
const data =
  named === undefined || options.data !== undefined
    ? resolve(options.data ?? join(project, "var", "demo"))
    : openTemporary();
const artifactsRoot = options.data === undefined ? join(project, "artifacts") : join(data, "artifacts");

/** What the next run against the same data must know. */
const Memory = z.object({ port: z.number(), job: z.string().optional() });
const memoryFile = join(data, "demo.json");
if (options.fresh) rmSync(data, { recursive: true, force: true });
mkdirSync(data, { recursive: true });
let memory = existsSync(memoryFile)
  ? Memory.parse(JSON.parse(readFileSync(memoryFile, "utf8")))
  : { port: 0 };
function remember(change: Partial<z.infer<typeof Memory>>): void {
  memory = { ...memory, ...change };
  writeFileSync(memoryFile, JSON.stringify(memory));
}

const programs: Pick<Program, "stop">[] = [];
if (options.data === undefined && named !== undefined) {
  programs.push({ stop: async () => rmSync(data, { recursive: true, force: true }) });
}
let stopping: Promise<void> | undefined;
function stopAll(): Promise<void> {
  stopping ??= (async () => {
    for (const program of programs.toReversed()) await program.stop();
  })();
  return stopping;
}
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => void stopAll().then(() => process.exit(130)));
}

try {
  if (options.postgres) await severalMachines();
  else await demo();
} catch (error) {
  console.error(red(error instanceof Error ? error.message : String(error)));
  if (!options.postgres) console.error(dim("npm run demo -- --fresh starts anew"));
  process.exitCode = 1;
} finally {
  await stopAll();
}

async function severalMachines(): Promise<void> {
  await showSeveralMachines({
    project,
    data: join(data, "postgres"),
    own: (program) => programs.push(program),
    keepRunning: options.keep ? keepRunning : undefined,
  });
}

async function demo(): Promise<void> {
  const source = makeSource(project, join(data, "source"));
  const standIn = await startStandIn({ project, data, port: memory.port });
  programs.push(standIn.program);
  const { url } = standIn.ready;
  const client = createClient(url, repo);
  const known = memory.port !== 0;
  await client.signIn(person);
  if (!known) {
    await client.makeRepository(source.path);
    await client.installApp();
    await client.allow(person, "write");
    remember({ port: Number(new URL(url).port) });
  }
  console.log(`${bold("GitHub")}    a stand-in at ${url}, repository ${repo}: ${source.description}`);

  const journey = createJourney();
  const jobs = Promise.withResolvers<string>();
  const published = Promise.withResolvers<void>();
  const onLine = (line: string): void => {
    const step = readStage(line);
    if (!step) return;
    journey.tell(step);
    if (step.stage === "queue" && step.job !== undefined) jobs.resolve(step.job);
    if (step.stage === "published") published.resolve();
  };
  const real = named && (await prepareRealAgent(project, named));
  if (real) programs.push(real);
  const patchbay = await startPatchbay({
    project,
    data,
    artifactsRoot,
    app: standIn.ready,
    env: real?.env ?? {},
    onLine,
  });
  programs.push(patchbay.program);
  await client.setWebhook(`http://127.0.0.1:${patchbay.port}/api/github/webhooks`);
  console.log(
    `${bold("Patchbay")}  listening on port ${patchbay.port}, ${named === undefined ? "simulated agents" : `${named} in the sandbox`}\n`,
  );

  const earlier = (await client.issues()).find(() => true);
  const number = earlier?.number ?? (await client.openIssue(person, issueTitle, issueBody)).number;
  const asked = earlier !== undefined && (await client.comments(number)).length > 0;
  journey.start();
  if (!asked) {
    journey.tell({ stage: "comment", text: `@${person} on #${number}: ${command}` });
    await client.comment(person, number, command);
  } else {
    await redeliver(client, journey.tell);
  }

  const job = memory.job ?? (await within(jobs.promise, patchbay.ended, "the job to be queued"));
  remember({ job });
  if (!isPublished(job)) await within(published.promise, patchbay.ended, "the job to be published");
  const seconds = journey.seconds();
  await show(client, { number, job, url });
  if (!asked) real?.checkKey(join(artifactsRoot, job));
  const said = asked
    ? "still one comment and one pull request"
    : `from comment to pull request in ${seconds.toFixed(1)} s`;
  console.log(green(bold(`\n✓ ${said}`)));
  if (options.keep) await keepRunning(`${url}/${repo}/issues/${number}`);
}

/** A second run against the same data: GitHub sends the same delivery again, and nothing may come of it. */
async function redeliver(
  client: Client,
  tell: (step: { stage: string; text: string }) => void,
): Promise<void> {
  const sent = (await client.deliveries()).findLast((delivery) => delivery.event === "issue_comment");
  if (!sent) return;
  tell({ stage: "comment", text: "this data has its request already; GitHub delivers it once more" });
  const before = (await client.deliveries()).length;
  await client.redeliver(sent.id);
  for (;;) {
    const again = (await client.deliveries()).slice(before).find((delivery) => delivery.redelivery);
    if (again) {
      tell({ stage: "webhook", text: `answered ${again.status_code ?? "nothing"}: known, nothing to do` });
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function within<T>(work: Promise<T>, ended: Promise<never>, what: string): Promise<T> {
  const late = new Promise<never>((_resolve, reject) => {
    setTimeout(
      () => reject(new Error(`waited ${waitMs / 1000} s for ${what}; the log is above`)),
      waitMs,
    ).unref();
  });
  return Promise.race([work, ended, late]);
}

function isPublished(job: string): boolean {
  const path = join(artifactsRoot, job, "publication.json");
  const Final = z.object({ final: z.boolean() });
  return existsSync(path) && Final.parse(JSON.parse(readFileSync(path, "utf8"))).final;
}

/** Prints what came of it. Throws when GitHub doesn't have exactly one comment and one pull request with the patch. */
async function show(
  client: Client,
  { number, job, url }: { number: number; job: string; url: string },
): Promise<void> {
  const bot = (await client.comments(number)).filter((comment) => comment.user.login.endsWith("[bot]"));
  const pulls = await client.pulls();
  const [comment] = bot;
  const [pull] = pulls;
  if (!comment || !pull || bot.length !== 1 || pulls.length !== 1) {
    throw new Error(`expected one comment and one pull request, found ${bot.length} and ${pulls.length}`);
  }
  printComment(comment.body);
  const diff = await client.diff(pull.number);
  printDiff(diff, `pull request #${pull.number}: ${pull.title}${pull.draft ? " (draft)" : ""}`);

  const artifacts = join(artifactsRoot, job);
  const Result = z.object({ patch: z.object({ tree: z.string() }) });
  const result = Result.parse(JSON.parse(readFileSync(join(artifacts, "result.json"), "utf8")));
  if ((await client.treeOf(pull.head.sha)) !== result.patch.tree || diff.trim() === "") {
    throw new Error(`the branch ${pull.head.ref} does not hold what ${artifacts}/patch.diff says`);
  }
  console.log(rule("where to look"));
  console.log(`artifacts     ${relative(process.cwd(), artifacts)}/`);
  console.log(
    `conversation  ${url}/${repo}/issues/${number}${options.keep ? "" : dim("  (npm run demo -- --keep)")}`,
  );
  console.log(`pull request  ${url}/${repo}/pull/${pull.number}`);
}

async function keepRunning(address: string): Promise<never> {
  console.log(`\nStill running; Ctrl-C ends it. Write more comments here:\n${bold(address)}`);
  return new Promise(() => undefined);
}
