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

/** Starts Patchbay against the stand-in; `ended` rejects when it ends by itself. */
export async function startPatchbay(options: {
  project: string;
  data: string;
  artifactsRoot: string;
  app: Ready;
  onLine: (line: string) => void;
}): Promise<{ program: Program; port: number; ended: Promise<never> }> {
  const { project, data, artifactsRoot, app, onLine } = options;
  const env = environment({
    APP_ID: String(app.app_id),
    PRIVATE_KEY_PATH: app.private_key_path,
    WEBHOOK_SECRET: app.webhook_secret,
    GHE_HOST: new URL(app.url).host,
    GHE_PROTOCOL: "http",
    PORT: "0",
    DATA_ROOT: join(data, "patchbay"),
    ARTIFACTS_ROOT: artifactsRoot,
    LOG_JSON: "1",
  });
  const program = startProgram("patchbay", [join(project, "bin/patchbay.js"), "start"], {
    env,
    cwd: data,
    onLine,
  });
  const { port } = await program.until((line) => readJson(line, Listening));
  const ended = program.until<never>(() => undefined);
  ended.catch(() => undefined);
  return { program, port, ended };
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
