// GitHub's recorded payloads, from @octokit/webhooks-examples.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { z } from "zod";

const { resolve } = createRequire(import.meta.url);

const Definitions = z.array(z.object({ name: z.string(), examples: z.array(z.looseObject({})) }));

export interface Recorded {
  /** Such as `issues #3 (ghes-35)`, for test names. */
  title: string;
  event: string;
  action: string | undefined;
  payload: Record<string, unknown>;
}

/** Every recorded payload of github.com and of the GitHub Enterprise Server versions. */
export function recordedPayloads(): Recorded[] {
  return ["api.github.com", "ghes-31", "ghes-32", "ghes-33", "ghes-34", "ghes-35"].flatMap((source) => {
    const file = resolve(`@octokit/webhooks-examples/${source}/index.json`);
    return Definitions.parse(JSON.parse(readFileSync(file, "utf8"))).flatMap(({ name, examples }) =>
      examples.map((payload, number) => ({
        title: `${name} #${number} (${source})`,
        event: name,
        action: z.string().optional().parse(payload["action"]),
        payload,
      })),
    );
  });
}

const handled = new Set(["issue_comment.created", "issues.labeled", "pull_request.labeled"]);

/** Those of the events that Patchbay handles. */
export function handledPayloads(): Recorded[] {
  return recordedPayloads().filter(({ event, action }) => handled.has(`${event}.${action}`));
}
