// What an agent is told of the commands that try its change. Pure.
import type { JobSpec } from "../job/job-spec.ts";
import { isReadOnly, type StepSpec } from "../job/step-spec.ts";
import { revealInvisible, stripInvisible } from "./invisible.ts";
import { fence } from "./untrusted-text.ts";

/** Empty for a job without such commands, and for a step that changes nothing. */
export function verifySection({ verify }: JobSpec, { role }: StepSpec): string {
  if (!verify || isReadOnly(role)) return "";
  const commands = verify.run.map((command) => `    ${stripInvisible(command).replaceAll(/\s+/g, " ")}`);
  return `# What tries your change

When you have ended, these commands are run at the root of the checkout, without a network:

${commands.join("\n")}

Run them yourself before, where you can. Don't weaken what they test.`;
}

/** What they said, on its way back to the agent whose change it was. */
export function failedSection(said: string): string {
  return `# Your change was tried and failed

The checkout stands as you left it. This is what the commands said that failed:

${fence("output of the commands of verify", revealInvisible(said))}

Find the cause and mend the change, not the test of it. End with the report of the whole change, as before.`;
}
