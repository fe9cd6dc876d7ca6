// `npm run demo -- --agent claude`: the real CLI in the sandbox, with a scripted model behind the key proxy in place of
// the provider. No credentials, no network: the key is made up, and the demo looks whether it shows anywhere.
import { accessSync, chmodSync, constants, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createScriptedModel } from "../test/model/server.ts";
import type { Script } from "../test/model/script.ts";

export const realAgents = ["claude", "codex", "opencode", "gemini"] as const;

const note = "## Run a single test file";
/** What the model says and does as planner, implementer and reviewer, whichever CLI asks. */
const script: Script = [
  {
    when: "Your role: implementer",
    turns: [
      { do: [{ read: "CONTRIBUTING.md" }] },
      {
        do: [
          {
            run: `printf '\\n${note}\\n\\n    npm test -- test/command/parse.test.ts\\n' >> CONTRIBUTING.md`,
          },
        ],
      },
      { do: [{ run: "tail -n 4 CONTRIBUTING.md" }] },
      {
        say: "CONTRIBUTING.md tells how to run a single test file.\n\n- `CONTRIBUTING.md`: a section at its end\n\nChecked by reading the end of the file.",
      },
    ],
  },
  {
    when: "Your role: reviewer",
    turns: [
      { do: [{ read: "CONTRIBUTING.md" }] },
      { say: "The section says what was asked for, and nothing else was changed. Nothing to mend." },
    ],
  },
  {
    turns: [
      { do: [{ read: "CONTRIBUTING.md" }] },
      {
        say: "1. Add a section on running a single test file at the end of `CONTRIBUTING.md`.\n2. Leave the rest alone.",
      },
    ],
  },
];

export interface RealAgent {
  /** What Patchbay's environment needs besides. */
  env: Record<string, string>;
  stop(): Promise<void>;
  /** Throws when the key shows in a file below `folder`, or when the model was not asked with it. */
  checkKey(folder: string): void;
}

/** Starts the model. Throws, with the remedy, when the CLI is not installed. */
export async function prepareRealAgent(project: string, agent: string): Promise<RealAgent> {
  const own = join(project, "test", "agents", "cli", "bin");
  const path = [...(process.env["PATH"] ?? "").split(delimiter), own];
  if (!path.some((folder) => isProgram(join(folder, agent)))) {
    throw new Error(
      `${agent} is not installed: put it on the PATH, or let \`npm run test:agents\` install all of them (about 1.2 GB)`,
    );
  }
  const model = await createScriptedModel({ script });
  const key = `sk-demo-${crypto.randomUUID()}`;
  return {
    env: {
      PATH: path.join(delimiter),
      ENABLE_REAL_CLI: "1",
      AGENTS_FILE: join(project, "docs", "agents", "gemini.yml"),
      ALLOWED_BINARIES: realAgents.join(","),
      ANTHROPIC_API_KEY: key,
      ANTHROPIC_BASE_URL: model.url,
      OPENAI_API_KEY: key,
      OPENAI_BASE_URL: model.url,
      GEMINI_API_KEY: key,
      GEMINI_BASE_URL: model.url,
      // Root has to name someone else for the agents.
      ...(process.getuid?.() === 0 ? { SANDBOX_USER: "nobody" } : {}),
    },
    stop: () => model.close(),
    checkKey(folder) {
      const names = readdirSync(folder, { recursive: true, withFileTypes: true });
      const shows = names.find(
        (entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(key),
      );
      if (shows) throw new Error(`the key shows in ${join(shows.parentPath, shows.name)}`);
      const withKey = model.requests.filter(({ headers }) => JSON.stringify(headers).includes(key));
      if (withKey.length === 0) throw new Error("the model was never asked through the key proxy");
    },
  };
}

/** A folder through which the sandbox's user comes; a checkout may lie where only its owner does. */
export function openTemporary(): string {
  const folder = mkdtempSync("/var/tmp/patchbay-demo-");
  chmodSync(folder, 0o755);
  return folder;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
