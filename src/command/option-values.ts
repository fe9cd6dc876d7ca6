// What may stand after an option, and what it then means.
import { isBranchName } from "../job/ref-name.ts";
import { modelName, type Option } from "./grammar.ts";
import { problem, type Problem } from "./problem.ts";
import type { JobCommand } from "./to-job-spec.ts";

/** The options of a command with their values as they were written; an option without a value has "". */
export type Given = ReadonlyMap<Option["name"], string>;

const amount = /^\$?(\d{1,6}(?:\.\d{1,4})?)$/;
const stepName = /^[0-9A-Za-z][0-9A-Za-z_-]{0,63}$/;

/** What is wrong with the value of an option; undefined when nothing is. */
export function wrongValue(
  name: Option["name"],
  value: string,
  { agents }: { agents: readonly string[] },
): Problem | undefined {
  switch (name) {
    case "agent":
    case "vs":
      return agents.includes(value.toLowerCase()) ? undefined : problem.unknownAgent(value, agents);
    case "model":
      return modelName.test(value) ? undefined : problem.badModel(value);
    case "base":
    case "branch":
      return isBranchName(value) ? undefined : problem.badBranch(`--${name}`, value);
    case "budget":
      return Number(amount.exec(value)?.[1] ?? 0) > 0 ? undefined : problem.badBudget(value);
    case "steps":
      return listOf(value).every((step) => stepName.test(step)) ? undefined : problem.badSteps(value);
    case "from":
      return stepName.test(value) ? undefined : problem.badSteps(value);
    case "dry-run":
    case "help":
      return undefined;
  }
}

export type Wishes = Pick<
  JobCommand,
  "agent" | "model" | "base" | "branch" | "steps" | "budgetUsd" | "versus"
>;

/** The same as what a job takes along; every value is known to be right. */
export function wishesOf(given: Given): Wishes {
  const agent = given.get("agent")?.toLowerCase();
  const model = given.get("model");
  const base = given.get("base");
  const branch = given.get("branch");
  const steps = given.get("steps");
  const budget = given.get("budget");
  const versus = given.get("vs")?.toLowerCase();
  return {
    ...(agent !== undefined && { agent }),
    ...(model !== undefined && { model }),
    ...(base !== undefined && { base }),
    ...(branch !== undefined && { branch }),
    ...(steps !== undefined && { steps: listOf(steps) }),
    ...(versus !== undefined && { versus }),
    ...(budget !== undefined && { budgetUsd: Number(amount.exec(budget)?.[1]) }),
  };
}

function listOf(value: string): string[] {
  return value.split(",").map((step) => step.trim());
}
