// The demo's two programs and what each of them says when it is ready.
import { join } from "node:path";
import { z } from "zod";
import { type Program, startProgram } from "./processes.ts";

const Ready = z.object({
  url: z.string(),
  app_id: z.number(),
  private_key_path: z.string(),
  webhook_secret: z.string(),
});
export type Ready = z.infer<typeof Ready>;

const Listening = z.object({ msg: z.literal("listening for webhooks"), port: z.number() });

const Working = z.object({ msg: z.literal("patchbay is ready") });

/** Starts the stand-in for GitHub; `port` 0 takes any. Resolves with its address and the App's credentials. */
export async function startStandIn(options: {
  project: string;
  data: string;
  port: number;
}): Promise<{ program: Program; ready: Ready }> {
  const { project, data, port } = options;
  const script = join(project, "demo/github/main.ts");
  const program = startProgram(
    "the stand-in",
    [script, "--port", String(port), "--data", join(data, "github")],
    {
      env: environment({}),
      cwd: project,
      onLine: () => undefined,
    },
  );
  return { program, ready: await program.until((line) => readJson(line, Ready)) };
}

/** What each Patchbay of the demo needs to know. */
interface Surroundings {
  project: string;
  data: string;
  artifactsRoot: string;
  app: Ready;
}

/** Starts Patchbay against the stand-in; `ended` rejects when it ends by itself. */
export async function startPatchbay(
  options: Surroundings & { env: Record<string, string>; onLine: (line: string) => void },
): Promise<{ program: Program; port: number; ended: Promise<never> }> {
  const { program, ended } = launch("patchbay", options, {
    part: [],
    folder: "patchbay",
    env: options.env,
    onLine: options.onLine,
  });
  const { port } = await program.until((line) => readJson(line, Listening));
  return { program, port, ended };
}

/**
 * Starts the web or a runner as on a machine of its own: what it shares with others is the database and the folder of
 * artifacts. Resolves once it works, a web with its port.
 */
export async function startPart(
  options: Surroundings & { name: string; databaseUrl: string; onLine: (line: string) => void },
  part: "web" | "runner",
): Promise<{ program: Program; port: number; ended: Promise<never> }> {
  const { name, databaseUrl, onLine } = options;
  const { program, ended } = launch(name, options, {
    part: [part],
    folder: name.replaceAll(" ", "-"),
    // GitHub asks for pauses of three seconds between pull requests; its stand-in doesn't.
    env: { DATABASE_URL: databaseUrl, RUNNER_CONCURRENCY: "1", GITHUB_THROTTLE: "0" },
    onLine,
  });
  let port = 0;
  await program.until((line) => {
    port ||= readJson(line, Listening)?.port ?? 0;
    return readJson(line, Working);
  });
  return { program, port, ended };
}

function launch(
  name: string,
  { project, data, artifactsRoot, app }: Surroundings,
  own: { part: string[]; folder: string; env?: Record<string, string>; onLine: (line: string) => void },
): { program: Program; ended: Promise<never> } {
  const env = environment({
    APP_ID: String(app.app_id),
    PRIVATE_KEY_PATH: app.private_key_path,
    WEBHOOK_SECRET: app.webhook_secret,
    GHE_HOST: new URL(app.url).host,
    GHE_PROTOCOL: "http",
    PORT: "0",
    DATA_ROOT: join(data, own.folder),
    ARTIFACTS_ROOT: artifactsRoot,
    LOG_JSON: "1",
    ...own.env,
  });
  const program = startProgram(name, [join(project, "bin/patchbay.js"), "start", ...own.part], {
    env,
    cwd: data,
    onLine: own.onLine,
  });
  const ended = program.until<never>(() => undefined);
  ended.catch(() => undefined);
  return { program, ended };
}

function readJson<T>(line: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/** Nothing of the caller's environment but what programs need to be found and to run. */
function environment(own: Record<string, string>): Record<string, string> {
  const { PATH = "", HOME = "", TMPDIR, LANG } = process.env;
  return { PATH, HOME, ...(TMPDIR ? { TMPDIR } : {}), ...(LANG ? { LANG } : {}), ...own };
}
