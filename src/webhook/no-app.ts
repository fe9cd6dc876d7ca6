// In place of Probot where no GitHub App is set up: whoever asks for GitHub is told so.
import { UserError } from "../errors.ts";
import { createAppGitHub } from "../io/app-github.ts";
import type { ProbotDoor } from "./probot.ts";

export function createNoApp(): ProbotDoor {
  const refuse = async (): Promise<never> => {
    throw new UserError(
      "no GitHub App is set up here; set APP_ID, PRIVATE_KEY and WEBHOOK_SECRET for jobs on GitHub",
      { code: "preflight" },
    );
  };
  return {
    verify: () => false,
    receive: refuse,
    on: () => undefined,
    github: refuse,
    app: createAppGitHub({ request: refuse }),
    self: refuse,
  };
}
