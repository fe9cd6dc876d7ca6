import { describe, expect, test } from "vitest";
import type { Asked } from "../../src/command/answer.ts";
import { parse } from "../../src/command/parse.ts";
import { builtInPipelines } from "../../src/job/pipelines.ts";

const options = { pipelines: builtInPipelines, agents: ["claude", "codex", "opencode", "simulated"] };

function commands(body: string, trigger?: string) {
  const parsed = parse(body, { ...options, ...(trigger !== undefined && { trigger }) });
  if (parsed.kind !== "commands") throw new Error(`${parsed.kind}: ${JSON.stringify(parsed)}`);
  // The rooms that take it over know it by this type.
  const asked: Asked = parsed;
  return asked.kind === "commands" ? asked.commands.flatMap((one) => ("verb" in one ? [] : [one])) : [];
}

function controls(body: string) {
  const parsed = parse(body, options);
  if (parsed.kind !== "commands") throw new Error(`${parsed.kind}: ${JSON.stringify(parsed)}`);
  return parsed.commands.flatMap((one) => ("verb" in one ? [one] : []));
}

function command(body: string) {
  const found = commands(body);
  expect(found).toHaveLength(1);
  const [first] = found;
  if (!first) throw new Error("no command");
  const { source: _, ...rest } = first;
  return rest;
}

function reply(body: string): string {
  const parsed = parse(body, options);
  if (parsed.kind !== "reply") throw new Error(`${parsed.kind}: ${JSON.stringify(parsed)}`);
  return parsed.body;
}

const plain = { pipeline: "default", text: "", dryRun: false };

describe("what is asked for", () => {
  test.each([
    ["/agent", plain],
    ["/agent the login test fails", { ...plain, text: "the login test fails" }],
    ["/agent quick rename it", { ...plain, pipeline: "quick", text: "rename it" }],
    ["/agent QUICK: rename it", { ...plain, pipeline: "quick", text: "rename it" }],
    ["/agent quickly rename it", { ...plain, text: "quickly rename it" }],
    ["/agent rename it quick", { ...plain, text: "rename it quick" }],
    ["/agent quick plan it", { ...plain, pipeline: "quick", text: "plan it" }],
    ["/agent --agent codex", { ...plain, agent: "codex" }],
    ["/agent --agent=Codex plan", { ...plain, pipeline: "plan", agent: "codex" }],
    ["/agent plan --agent codex it", { ...plain, pipeline: "plan", agent: "codex", text: "it" }],
    ["/agent plan it --agent codex now", { ...plain, pipeline: "plan", agent: "codex", text: "it now" }],
    ["/agent --model gpt-5.1-codex x", { ...plain, model: "gpt-5.1-codex", text: "x" }],
    ['/agent --model="opus[1m]" x', { ...plain, model: "opus[1m]", text: "x" }],
    ["/agent --model “openrouter/a/b:free” x", { ...plain, model: "openrouter/a/b:free", text: "x" }],
    ["/agent --dry-run x", { ...plain, dryRun: true, text: "x" }],
    ["/agent --Dry-Run x", { ...plain, dryRun: true, text: "x" }],
    ["/agent —dry-run x", { ...plain, dryRun: true, text: "x" }],
    ["/agent x –dry-run", { ...plain, dryRun: true, text: "x" }],
    ["/agent —agent codex x", { ...plain, agent: "codex", text: "x" }],
    [
      "/agent fix --steps plan,implement x",
      { ...plain, pipeline: "fix", steps: ["plan", "implement"], text: "x" },
    ],
    ["/agent --base release/2 --branch hot-fix", { ...plain, base: "release/2", branch: "hot-fix" }],
    ["/agent --budget $2.50 x", { ...plain, budgetUsd: 2.5, text: "x" }],
    ["/agent retry --from review", { ...plain, again: { verb: "retry", from: "review" } }],
    ["/agent -- plan --agent", { ...plain, text: "plan --agent" }],
    ["/agent plan -- --agent", { ...plain, pipeline: "plan", text: "--agent" }],
    ["/agent — plan", { ...plain, text: "plan" }],
    ["/agent it fails -- or --so", { ...plain, text: "it fails -- or --so" }],
    [
      "/agent it fails — sometimes —often --dry-run",
      { ...plain, dryRun: true, text: "it fails — sometimes —often" },
    ],
    ["/agent run `npm t --silent` now", { ...plain, text: "run `npm t --silent` now" }],
    ['/agent say "use --force" there', { ...plain, text: 'say "use --force" there' }],
    ["/agent keep   the    spaces", { ...plain, text: "keep   the    spaces" }],
    ["/agent a - b -1 --1 ---x", { ...plain, text: "a - b -1 --1 ---x" }],
    ["/agent the -v flag", { ...plain, text: "the -v flag" }],
    ["/agent, please look", { ...plain, text: "please look" }],
    ["/agent: please look", { ...plain, text: "please look" }],
    ["/agent\u00a0plan\u00a0it", { ...plain, pipeline: "plan", text: "it" }],
    ["/agent\tplan\tit", { ...plain, pipeline: "plan", text: "it" }],
    ["/AGENT x", { ...plain, text: "x" }],
    ["   /agent x", { ...plain, text: "x" }],
  ])("%s", (body, expected) => {
    expect(command(body)).toEqual(expected);
    expect(command(`Some words before.\n\n${body}\n`)).toEqual(expected);
    expect(command(`Some words before,\r\n${body}\r\n`)).toEqual(expected);
  });

  test("the lines that follow belong to it, as they are", () => {
    const body =
      "Hello.\n/agent plan a cart  \n\nIt must:\n\n- hold things\n- `--agent` nothing\n\n```sh\nls --all\n```\n";
    expect(command(body)).toEqual({
      ...plain,
      pipeline: "plan",
      text: "a cart\n\nIt must:\n\n- hold things\n- `--agent` nothing\n\n```sh\nls --all\n```",
    });
    expect(command("/agent\nfix the login")).toEqual({ ...plain, text: "fix the login" });
    expect(command("/agent --dry-run\n--agent is text here")).toMatchObject({
      dryRun: true,
      text: "--agent is text here",
    });
  });

  test("several commands come in their order, each with its lines and its words", () => {
    const body = "First:\n/agent plan a\nmore of a\n\n/agent quick b\r\nmore of b\n/Agent c";
    expect(commands(body).map(({ pipeline, text, source }) => [pipeline, text, source])).toEqual([
      ["plan", "a\nmore of a", "/agent plan a\nmore of a"],
      ["quick", "b\nmore of b", "/agent quick b\nmore of b"],
      ["default", "c", "/Agent c"],
    ]);
  });

  test("characters that can't be seen are taken out, in what was written they stay", () => {
    const body = "/ag\u200bent --ag\u00adent co\u2060dex fix\u202e it\u{e0041}";
    expect(commands(body)[0]).toEqual({
      ...plain,
      agent: "codex",
      pipeline: "fix",
      text: "it",
      source: body,
    });
    expect(command("/agent greet 👩‍👩‍👧 ❤️").text).toBe("greet 👩‍👩‍👧 ❤️");
  });

  test("another trigger", () => {
    expect(commands("@patchbay fix it\n/agent x", "@patchbay")[0]).toMatchObject({
      pipeline: "fix",
      text: "it\n/agent x",
    });
    expect(commands("!do fix it", "!do")[0]).toMatchObject({ pipeline: "fix", text: "it" });
    expect(parse("/agent x", { ...options, trigger: "@patchbay" })).toEqual({ kind: "ignore" });
  });
});

describe("no command", () => {
  test.each([
    ["nothing", ""],
    ["other words", "I'll ask the /agent later"],
    ["another word", "/agents x"],
    ["a longer word", "/agent-foo x"],
    ["a path", "/agent/foo"],
    ["a name", "@/agent x"],
    ["an escaped trigger", "\\/agent x"],
    ["a fence", "```\n/agent x\n```"],
    ["a fence with another inside", "````\n```\n/agent x\n````"],
    ["a fence of tildes", "~~~ sh\n/agent x\n~~~"],
    ["an open fence", "```\n\n/agent x"],
    ["a fence whose end is indented too far", "```\na\n    ```\n/agent x"],
    ["indented code", "    /agent x"],
    ["code indented by a tab", "text\n\n\t/agent x"],
    ["a line that goes on, indented", "text\n    /agent x"],
    ["a code span", "`/agent x`"],
    ["a code span over lines", "see `this\n/agent x\n` there"],
    ["a code span of two backticks", "``a ` b\n/agent x``"],
    ["a quote", "> /agent x"],
    ["a quote that goes on without its mark", "> quoted\n/agent x"],
    ["a quote in a quote that goes on", "> > quoted\n/agent x"],
    ["a list", "- /agent x"],
    ["a numbered list", "1. /agent x"],
    ["an item that goes on", "- item\n/agent x"],
    ["an item's second paragraph", "- item\n\n  /agent x"],
    ["an HTML comment", "<!-- /agent x -->"],
    ["an HTML comment over lines", "<!--\n\n/agent x\n\n-->"],
    ["an open HTML comment", "<!--\n/agent x"],
    ["an HTML comment inside of a paragraph", "text <!--\n/agent x\n--> more"],
    ["an attribute", 'text <a title="\n/agent x\n">link</a>'],
    ["an HTML block", "<div>\n/agent x\n</div>"],
    ["preformatted text", "<pre>\n\n/agent x\n\n</pre>"],
    ["a script", "<script>\n\n/agent x\n</script>"],
    ["a processing instruction", "<?php\n\n/agent x ?>"],
    ["a fold", "<details>\n<summary>Logs</summary>\n\n/agent x\n\n</details>"],
    ["an HTML quote", "<blockquote>\n\n/agent x\n\n</blockquote>"],
    ["a heading", "# /agent x"],
    ["a table", "| a | b |\n|---|---|\n/agent x | y"],
    ["a table's head", "/agent x | y\n--|--\na | b"],
    ["a table's head after text", "text `\n/agent x\n|--|\n`"],
    ["a link's definition", "[a]:\n/agent"],
    ["a title of a definition", "[a]: /url '\n/agent x\n'"],
    ["a footnote", "[^1]: note\n/agent x"],
  ])("%s", (_name, body) => {
    expect(parse(body, options)).toEqual({ kind: "ignore" });
    expect(parse(body.replaceAll("\n", "\r\n"), options)).toEqual({ kind: "ignore" });
  });
});

describe("a command after all", () => {
  test.each([
    ["after a quote and a blank line", "> quoted\n\n/agent x"],
    ["after an empty line of a quote", "> quoted\n>\n/agent x"],
    ["after a heading in a quote", "> # quoted\n/agent x"],
    ["after a fence in a quote", "> ```\n> code\n> ```\n/agent x"],
    ["after a fence in a quote that nobody closed", "> ```\n> code\n/agent x"],
    ["after a list and a blank line", "- item\n\n/agent x"],
    ["after a fence", "```\ncode\n```\n/agent x"],
    ["after an HTML comment", "<!-- a template -->\n/agent x"],
    ["after a fold", "<details>\n\ntext\n\n</details>\n\n/agent x"],
    ["after a heading", "# Title\n/agent x"],
    ["after a line across", "---\n/agent x"],
    ["after one backtick", "it's a ` there\n/agent x"],
    ["after backticks that don't fit", "it's `` a ` there\n/agent x"],
    ["after an escaped backtick", "it's \\` here\n/agent x ` there"],
    ["after a smaller than", "a < b\n/agent x"],
    ["underlined as a heading", "/agent x\n==="],
    ["after a link", "[a](b)\n/agent x"],
    ["after an image", "![a](b)\n\n/agent x"],
  ])("%s", (_name, body) => {
    expect(commands(body)).toHaveLength(1);
  });
});

describe("what is wrong is named, with what would be right", () => {
  test.each([
    ["/agent --dryrun x", ["`--dryrun`", "`--dry-run`"]],
    ["/agent --modle=gpt x", ["`--modle`", "`--model`"]],
    ["/agent x --agnet codex", ["`--agnet`", "`--agent`", "`--` by itself"]],
    ["/agent —agnet codex", ["`—agnet`", "`--agent`"]],
    ["/agent -dry-run x", ["`-dry-run`", "`--dry-run`"]],
    ["/agent x -dry-run", ["`-dry-run`", "`--dry-run`"]],
    ["/agent --agent", ["`--agent`", "needs a value", "`--agent NAME`"]],
    ["/agent --agent= x", ["needs a value"]],
    ['/agent --agent "" x', ["needs a value"]],
    ["/agent --agent --dry-run", ["`--agent` needs a value"]],
    ["/agent --model —dry-run", ["`--model` needs a value"]],
    ["/agent --agent codx", ["`codx`", "Did you mean `codex`", "`claude`, `codex`, `opencode`, `simulated`"]],
    ["/agent --model -rf", ["`-rf`"]],
    ['/agent --model "a b"', ["`a b`"]],
    ["/agent --steps plan,,x", ["`plan,,x`", "`--steps plan,implement`"]],
    ["/agent --branch ../x", ["`--branch`", "`../x`"]],
    ["/agent --branch refs/heads/main", ["`refs/heads/main`"]],
    ["/agent --base x.lock", ["`--base`", "`x.lock`"]],
    ["/agent --budget 0", ["`--budget`", "`0`"]],
    ["/agent --budget -1", ["`--budget`", "`-1`"]],
    ["/agent --budget much", ["`much`", "`2.50`"]],
    ["/agent fix --from plan", ["`--from`", "`retry`"]],
    ["/agent continue --from plan more", ["`--from`", "`retry`"]],
    ["/agent --dry-run=no", ["`--dry-run` takes no value", "`no`"]],
    ["/agent --agent codex x --agent claude", ["`--agent`", "more than once"]],
    [`/agent ${"x".repeat(5001)}`, ["5,001", "5,000"]],
    [`/agent x\n${"y".repeat(5000)}`, ["5,002", "5,000"]],
    ["/agent x\n".repeat(11), ["11 commands", "10"]],
  ])("%s", (body, words) => {
    const answer = reply(body);
    for (const word of words) expect(answer).toContain(word);
    expect(answer).toContain("`/agent help`");
    expect(parse(answer, options)).toEqual({ kind: "ignore" });
  });

  test("all of it in one reply, and then nothing of the comment is run", () => {
    const answer = reply("/agent plan a\n/agent --agent codx --foo b\n/agent --model\n");
    expect(answer.match(/^- /gm)).toHaveLength(3);
    expect(answer).toContain("None of the comment's commands was run.");
  });

  test("5,000 characters are possible", () => {
    expect(command(`/agent ${"x".repeat(5000)}`).text).toHaveLength(5000);
  });

  test("an agent is named where there is none", () => {
    const parsed = parse("/agent --agent x", { pipelines: builtInPipelines, agents: [] });
    expect(parsed).toMatchObject({ kind: "reply", body: expect.stringContaining("none is set up here") });
  });

  test("a stranger's words do nothing in the reply", () => {
    const answer = reply("/agent --agent=`@octocat`<img/src=x>|[a](javascript:b)-@team/x\u202e");
    expect(answer).not.toMatch(/@octocat|@team|\u202e/);
    expect(reply(`/agent --agent @octocat`)).not.toContain("@octocat");
    expect(reply(`/agent --${"x".repeat(50_000)}`).length).toBeLessThan(500);
  });
});

describe("words about jobs that there are", () => {
  const job = "0198f3c1a2b37c4d8e5f60718293a4b5";

  test.each([
    ["/agent apply", { verb: "apply" }],
    ["/Agent: Apply 1A2B3c4d5e6f", { verb: "apply", hash: "1a2b3c4d5e6f" }],
    [`/agent apply ${"a1".repeat(32)}`, { verb: "apply", hash: "a1".repeat(32) }],
    [`/agent apply ${job}`, { verb: "apply", job }],
    [`/agent apply 1a2b3c4 ${job}`, { verb: "apply", job, hash: "1a2b3c4" }],
    [`/agent apply -- ${job}`, { verb: "apply", job }],
    ["/agent discard my-old.job_1", { verb: "discard", job: "my-old.job_1" }],
    ["/agent approve 1a2b3c4", { verb: "approve", hash: "1a2b3c4" }],
    ["/agent cancel", { verb: "cancel" }],
    [`/agent cancel ${job}`, { verb: "cancel", job }],
    ["/agent status", { verb: "status" }],
  ])("%s", (body, wanted) => {
    expect(controls(body)).toEqual([{ ...wanted, source: body }]);
  });

  test("what stands on the lines after it is for people", () => {
    const body = "/agent apply 1a2b3c4\n\nThank you!";
    expect(controls(body)).toEqual([{ verb: "apply", hash: "1a2b3c4", source: body }]);
  });

  test("stand beside requests for jobs in their order", () => {
    const parsed = parse("/agent cancel\n/agent plan x", options);
    expect(parsed).toMatchObject({ kind: "commands", commands: [{ verb: "cancel" }, { pipeline: "plan" }] });
  });

  test.each([
    "/agent apply prettier to all files",
    "/agent cancel please",
    "/agent discard 1a2b3c4",
    "/agent apply 1a2b3c4 5d6e7f8",
    "/agent apply --agent codex",
    "/agent status --dry-run",
    "/agent approve @octocat",
  ])("%s is refused with how to mean it otherwise", (body) => {
    const answer = reply(body);
    expect(answer).toContain("write `--` before it");
    expect(answer).toContain("Nothing was started");
    expect(answer).not.toContain("@octocat");
  });

  test("begin a request after two hyphens", () => {
    expect(command("/agent -- apply prettier")).toEqual({ ...plain, text: "apply prettier" });
    expect(command("/agent plan apply prettier").text).toBe("apply prettier");
  });
});

describe("help", () => {
  test.each(["/agent help", "/agent Help", "/agent --help", "/agent plan --help", "/agent help me"])(
    "%s",
    (body) => {
      const text = reply(body);
      for (const { name, summary } of builtInPipelines) {
        expect(text).toContain(`\`/agent ${name}\``);
        expect(text).toContain(summary);
      }
      for (const agent of options.agents) expect(text).toContain(`\`${agent}\``);
      for (const option of ["--agent NAME", "--model MODEL", "--dry-run"])
        expect(text).toContain(`\`${option}\``);
    },
  );

  test("its examples do what they say", () => {
    const examples = [...reply("/agent help").matchAll(/^- `(.*)`$/gm)].map(([, example]) => example);
    expect(commands(examples.join("\n")).map(({ pipeline }) => pipeline)).toEqual(["default", "fix", "fix"]);
  });

  test("is in the words of the installation", () => {
    const parsed = parse("@bot help", {
      trigger: "@bot",
      agents: [],
      pipelines: [{ name: "default", summary: "a | b\n@everyone <b>" }],
    });
    expect(parsed.kind === "reply" && parsed.body).toMatchSnapshot();
  });

  test("with other commands beside it says that they wait", () => {
    expect(reply("/agent help\n/agent plan x")).toContain("were not run");
    expect(reply("/agent help\n\nplease")).not.toContain("were not run");
  });
});
