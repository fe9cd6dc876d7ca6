// The simulated agent's reports: short Markdown that becomes comments and pull request bodies. Pure.
import type { InputArtifact } from "../agent.ts";
import type { Edits } from "./edit.ts";
import { cell, code, codeBlock, count, simulatedNote, table } from "./markdown.ts";
import { type FileStats, patchStats } from "./patch-stats.ts";
import type { Related, Survey } from "./relevance.ts";

/** Numbered steps and the real files that they start from. */
export function planReport(goal: string, survey: Survey, standsInFor: string): string {
  const files = survey.related.slice(0, 6);
  const [first, second] = files;
  const start = first
    ? `The change starts in ${code(first.path)}, the closest of ${count(survey.files.length, "file")} to the goal.`
    : `None of ${count(survey.files.length, "file")} names the goal's words, so the change starts with a note under \`docs/\`.`;
  const steps = first
    ? [
        `Read ${code(first.path)}${first.hits[0] ? `, first around line ${first.hits[0].line}` : ""}.`,
        "Make the smallest change there that reaches the goal.",
        ...(second ? [`Check whether ${code(second.path)} has to follow.`] : []),
        "Run the project's own tests and checks.",
      ]
    : ["Write the goal down under `docs/`.", "Ask whoever knows the code where it belongs."];
  return join(
    start,
    codeBlock(goal),
    steps.map((step, index) => `${index + 1}. ${step}`).join("\n"),
    files.length > 0 ? filesTable(files) : "",
    simulatedNote(standsInFor),
  );
}

/** What was edited and why. */
export function changeReport(
  goal: string,
  made: Edits,
  inputs: readonly InputArtifact[],
  standsInFor: string,
): string {
  const [first] = made.edits;
  const summary =
    first === undefined
      ? "Nothing had to be changed."
      : made.edits.length === 1
        ? `Edited ${code(first.path)}: ${first.what}.`
        : `Edited ${count(made.edits.length, "file")}.`;
  const plan = inputs.find((input) => input.path.endsWith("/report.md"));
  const planned =
    first && plan?.text.includes(first.path) ? ` The plan (${code(plan.path)}) names it too.` : "";
  return join(
    summary,
    codeBlock(goal),
    `**Why there.** ${made.why}${planned}`,
    made.edits.length > 1
      ? table(
          ["File", "What"],
          made.edits.map((edit) => [cell(edit.path), edit.what]),
        )
      : "",
    simulatedNote(standsInFor),
  );
}

/** Counts, what the plan said, and findings with place and severity. */
export function reviewReport(inputs: readonly InputArtifact[], standsInFor: string): string {
  const patches = inputs.filter((input) => input.path.endsWith(".diff"));
  const plan = inputs.find((input) => /plan.*\/report\.md$/.test(input.path));
  const files = patches.flatMap((input) => patchStats(input.text));
  if (files.length === 0) {
    return join(
      "There is no change to review: the patch is empty or was not handed over.",
      simulatedNote(standsInFor),
    );
  }
  const added = files.reduce((sum, file) => sum + file.added, 0);
  const removed = files.reduce((sum, file) => sum + file.removed, 0);
  const cut = patches.reduce((sum, input) => sum + input.cutChars, 0);
  const found = files.flatMap(findingsOf);
  const worst = found.some((finding) => finding.severity === "error")
    ? "to be mended first"
    : "none that blocks it";
  const verdict =
    found.length === 0
      ? "Nothing stands against merging it."
      : `${count(found.length, "finding")}, ${worst}.`;
  return join(
    `The patch changes ${count(files.length, "file")}, ${count(added, "line")} added and ${removed} removed. ${verdict}`,
    cut > 0
      ? `The patch was cut by ${count(cut, "character")}; the counts are those of the part that was read.`
      : "",
    table(
      ["File", "Added", "Removed"],
      files.slice(0, 20).map((file) => [cell(file.path), `+${file.added}`, `−${file.removed}`]),
    ),
    plan ? comparePlan(plan, files) : "",
    found.length > 0 ? `**Findings**\n\n${findingsBlock(found.slice(0, 10))}` : "",
    simulatedNote(standsInFor),
  );
}

/** Where the answer to a question is to be found. */
export function answerReport(goal: string, survey: Survey, standsInFor: string): string {
  const files = survey.related.slice(0, 5);
  const [first] = files;
  const summary = first
    ? `The answer is likely in ${code(first.path)}: of ${count(survey.files.length, "file")} it has most to do with the question.`
    : `None of ${count(survey.files.length, "file")} names the question's words.`;
  const lines = files.flatMap((file) =>
    file.hits.slice(0, 2).map((hit) => `- ${code(`${file.path}:${hit.line}`)} ${code(hit.text, 100)}`),
  );
  return join(
    summary,
    codeBlock(goal),
    lines.length > 0 ? `**Found**\n\n${lines.join("\n")}` : "",
    simulatedNote(standsInFor),
  );
}

function filesTable(files: readonly Related[]): string {
  const rows = files.map((file) => [
    cell(file.path),
    String(file.lines),
    file.words.map((word) => cell(word, 30)).join(", "),
  ]);
  return `**Files that relate to the goal**\n\n${table(["File", "Lines", "Names"], rows)}`;
}

function comparePlan(plan: InputArtifact, files: readonly FileStats[]): string {
  const planned = files.filter((file) => plan.text.includes(file.path));
  if (planned.length === files.length)
    return `The plan (${code(plan.path)}) names every file that was changed.`;
  const others = files.filter((file) => !planned.includes(file)).slice(0, 5);
  return `The plan (${code(plan.path)}) does not name ${others.map((file) => code(file.path)).join(", ")}.`;
}

interface Finding {
  severity: "error" | "warning" | "note";
  path: string;
  line: number;
  text: string;
  /** What is to stand there instead. */
  suggestion?: string;
}

interface Rule {
  pattern: RegExp;
  severity: Finding["severity"];
  text: string;
  mend?: (line: string) => string;
}

const rules: readonly Rule[] = [
  { pattern: /^(?:<{7}|>{7})(?: |$)/, severity: "error", text: "A conflict marker was left in." },
  {
    pattern: /\b(?:debugger;|console\.log\(|print\(["']debug)/,
    severity: "warning",
    text: "Output for debugging was left in.",
  },
  { pattern: /\b(?:TODO|FIXME|To do \()/, severity: "warning", text: "Work is marked here, not done." },
  {
    pattern: /[ \t]+$/,
    severity: "note",
    text: "White space at the end of the line.",
    mend: (line) => line.trimEnd(),
  },
];

function findingsOf(file: FileStats): Finding[] {
  return file.lines.flatMap(({ line, text }) =>
    rules
      .filter((rule) => rule.pattern.test(text))
      .map((rule) => ({
        severity: rule.severity,
        path: file.path,
        line,
        text: rule.text,
        ...(rule.mend ? { suggestion: rule.mend(text) } : {}),
      })),
  );
}

/** The block that a reviewer is asked for; a fence inside of a line can't end it, since JSON keeps it in one string. */
function findingsBlock(found: readonly Finding[]): string {
  const lines = found.map((finding) => `  ${JSON.stringify(finding)}`);
  return `\`\`\`findings\n[\n${lines.join(",\n")}\n]\n\`\`\``;
}

function join(...parts: string[]): string {
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}
