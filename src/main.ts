// The `patchbay` command: which words it knows, and which file answers them.
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { z } from "zod";
import { createToken, listTokens, revokeToken } from "./cli/api/token.ts";
import { head as auditHead } from "./cli/audit/head.ts";
import { show as showAudit } from "./cli/audit/show.ts";
import { verify as verifyAudit } from "./cli/audit/verify.ts";
import { checkConfiguration } from "./cli/check-configuration.ts";
import { doctor } from "./cli/doctor.ts";
import { gc } from "./cli/gc/gc.ts";
import { diff } from "./cli/jobs/diff.ts";
import { rebuild as rebuildIndex } from "./cli/index/rebuild.ts";
import { list } from "./cli/jobs/list.ts";
import { logs } from "./cli/jobs/logs.ts";
import { show } from "./cli/jobs/show.ts";
import { runLocally } from "./cli/local/run.ts";
import { apply, approve, cancel, retry, status, submit } from "./cli/remote/jobs.ts";
import { recover } from "./cli/recover.ts";
import { showSchedules } from "./cli/schedules/show.ts";
import { start } from "./cli/start.ts";
import { unlock } from "./cli/unlock.ts";
import { explain, TransientError, UserError } from "./errors.ts";

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")));

const program = new Command("patchbay")
  .description("Runs coding agents from a GitHub comment and answers with a pull request.")
  .version(version)
  .showHelpAfterError("(patchbay --help lists the commands)");

const collect = (value: string, before: string[]): string[] => [...before, value];

program
  .command("start")
  .description("receive webhooks and run jobs; `web` or `runner` alone to run them apart")
  .argument("[part]", "all, web or runner", "all")
  .action(start);

program
  .command("doctor")
  .description("say what is missing for real use and how to get it")
  .option("--json", "print the findings as JSON")
  .action(doctor);

program
  .command("run")
  .description(
    "run a job on a repository of this machine, without GitHub; ends with 0, 1 failed, 2 held, 130 cancelled",
  )
  .argument("[goal]", "what is wanted, in words")
  .option("--job <file>", "a job file in place of the goal: its steps, their agents and how they hand over")
  .option("--repo <folder>", "the git repository; its last commit is what agents see", ".")
  .option("--pipeline <name>", "which pipeline", "default")
  .option("--agent <name>", "run every step with this agent")
  .option("--model <name>", "run every step with this model")
  .option("--continue <job>", "let the agents' sessions of that job go on, where they are still kept")
  .option("--verify <command>", "try the change with it, and send a failure back; repeatable", collect, [])
  .option("--apply", "put the patch on a new branch; the work tree stays as it is")
  .option("--json", "print the result as JSON")
  .option("--verbose", "the log too, on standard error")
  .option("--env-file <file>", "configuration in a file; a .env of the repository is not read")
  .action(runLocally);

const remote = (name: string, description: string): Command =>
  program
    .command(name)
    .description(`${description}; on the server of PATCHBAY_URL, or on this machine without one`)
    .option("--json", "print the answer as JSON");

remote("submit", "hand a job in")
  .argument("<goal>", "what is wanted, in words")
  .requiredOption("--project <name>", "one of the server's projects")
  .option("--ref <branch>", "the branch to start from")
  .option("--pipeline <name>", "which pipeline")
  .option("--agent <name>", "run every step with this agent")
  .option("--wait", "tell how it goes on; ends with 0, 1 failed, 2 waits for a person, 130 cancelled")
  .action(submit);
remote("status", "where a job stands, in a line").argument("<job>").action(status);
remote("cancel", "end a job").argument("<job>").action(cancel);
remote("retry", "a new job like one that has ended")
  .argument("<job>")
  .option("--from <step>", "take over what the steps before it made")
  .action(retry);
remote("approve", "let a job that waits begin or go on").argument("<job>").action(approve);
remote("apply", "put a job's patch on a new branch, and print that")
  .argument("<job>")
  .option("--patch <hash>", "the beginning of the patch's hash; needed for one that is held")
  .action(apply);

const token = program.command("token").description("who may use the HTTP gateway");

token
  .command("create")
  .description("make a token and print it, once; only its hash is kept")
  .argument("<name>")
  .option(
    "--project <name>",
    "a project, owner/name of a repository, or * for everything; repeatable",
    collect,
    [],
  )
  .option("--right <right>", "read, submit, control or approve; repeatable", collect, [])
  .option("--json", "print it as JSON")
  .action(createToken);

token
  .command("list")
  .description("the tokens, without what is secret of them")
  .option("--json", "print them as JSON")
  .action(listTokens);

token.command("revoke").description("take a token back").argument("<name or id>").action(revokeToken);

program
  .command("list")
  .description("the jobs, newest first")
  .option("--limit <count>", "how many", "20")
  .option(
    "--status <status>",
    "only these: queued, running, success, failed, needs_human, cancelled, timeout",
  )
  .option("--repository <owner/name>", "only of this repository")
  .option("--json", "print them as JSON")
  .action(list);

program
  .command("show")
  .description("where a job stands and what came of it; the first or last characters of its id are enough")
  .argument("<job>")
  .option("--json", "print everything as JSON")
  .action(show);

program
  .command("logs")
  .description("what a job's steps said")
  .argument("<job>")
  .option("--follow", "go on until the job has ended")
  .action(logs);

program
  .command("diff")
  .description("a job's patch, fit for `git apply`")
  .argument("<job>")
  .option("--step <id>", "the change of one step")
  .action(diff);

program
  .command("index")
  .description("what the dashboard searches in; it holds nothing that the jobs' files don't say")
  .command("rebuild")
  .description("build it anew from the files")
  .option("--json", "print how many jobs there are as JSON")
  .action(rebuildIndex);

program
  .command("unlock")
  .description(
    "end by force a job that its runner neither ends nor lets go of; on this machine's folders or database",
  )
  .argument("<job>")
  .action(unlock);

program
  .command("recover")
  .description("fetch deliveries that GitHub could not deliver, for example while this was down")
  .option("--since <age>", "how far back: 90m, 2h, at most 3d", "3d")
  .action(recover);

program
  .command("schedules")
  .description(
    "what runs by the clock, when it is due, and what came of it; ends with 1 when a file is not valid",
  )
  .option("--json", "print them as JSON")
  .action(showSchedules);

program
  .command("gc")
  .description(
    "remove what nobody needs any more, by ARTIFACTS_TTL_SEC and ARTIFACTS_MAX_BYTES; what is in use stays",
  )
  .option("--dry-run", "only say what would be removed")
  .option("--json", "print it as JSON")
  .action(gc);

program
  .command("config")
  .description("the configuration of a repository")
  .command("check")
  .description("say with line and column what is wrong with .github/agent.yml")
  .argument("[file]", "another file than .github/agent.yml")
  .option("--env-file <file>", "the operator's environment, for the names of the agents in its AGENTS_FILE")
  .option("--json", "print the problems as JSON")
  .action(checkConfiguration);

const audit = program
  .command("audit")
  .description("the record of who asked, what ran and what was published");
const folder = ["--folder <path>", "another audit log than this configuration's, such as a copy"] as const;

audit
  .command("verify")
  .description("find any line of the audit log that was changed, removed, moved or cut off")
  .option("--heads <file>", "what `audit head` printed earlier and was kept elsewhere")
  .option(...folder)
  .option("--json", "print the verdict as JSON")
  .action(verifyAudit);

audit
  .command("head")
  .description("print what to keep elsewhere, so that nothing written until now can change unseen")
  .option(...folder)
  .action(auditHead);

audit
  .command("show")
  .description("what happened, oldest first")
  .option("--job <id>", "only about this job; the first or last characters of its id are enough")
  .option("--limit <count>", "how many of the last entries", "100")
  .option(...folder)
  .option("--json", "print one JSON object for each")
  .action(showAudit);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof UserError || error instanceof TransientError)) throw error;
  process.stderr.write(`patchbay: ${error instanceof UserError ? error.message : explain(error)}\n`);
  process.exitCode = 1;
}
