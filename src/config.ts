// The only reader of process.env. Every problem is reported at once, by name, with what would be valid.
//
// Longer than other files, since most of it is one table: a line or two for each variable, to be read beside .env.example.
import { isAbsolute, resolve } from "node:path";
import ipaddr from "ipaddr.js";
import { z } from "zod";
import { type Credentials, readCredentials } from "./credentials.ts";
import { UserError } from "./errors.ts";
import { HostPort } from "./job/host-port.ts";
import { expandProtectedPaths, globProblem } from "./job/protected-paths.ts";

const flag = z
  .enum(["0", "1", "false", "true"], "0 or 1")
  .transform((value) => value === "1" || value === "true");
const list = z.string().transform((value) =>
  value
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== ""),
);
const path = z
  .string()
  .min(1)
  .transform((value) => (isAbsolute(value) ? value : resolve(value)));
const seconds = (min: number, max: number) => z.coerce.number().min(min).max(max);
const count = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const usd = z.coerce.number().min(0).max(1_000_000);
const aliasForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}=\/.+$/;
const isRange = (text: string): boolean =>
  text.includes("/") ? ipaddr.isValidCIDR(text) : ipaddr.isValid(text);
const httpUrl = z
  .url({ protocol: /^https?$/, error: "an http or https URL" })
  .transform((url) => url.replace(/\/+$/, ""));

const ranges = list.superRefine((items, context) => {
  for (const item of items.filter((one) => !isRange(one))) {
    context.addIssue(`${JSON.stringify(item)} is no address and no range such as 10.0.0.0/8`);
  }
});

/** The environment as an operator writes it. An empty value counts as absent. */
const Environment = z.object({
  APP_ID: count(1, Number.MAX_SAFE_INTEGER).optional(),
  PRIVATE_KEY: z.string().optional(),
  PRIVATE_KEY_PATH: path.optional(),
  WEBHOOK_SECRET: z
    .string()
    .min(16, "at least 16 characters, for example from: openssl rand -hex 32")
    .optional(),
  GHE_HOST: z
    .string()
    .regex(/^[A-Za-z0-9.-]+(?::\d{1,5})?$/, "a host name with an optional port")
    .optional(),
  GHE_PROTOCOL: z.enum(["https", "http"]).default("https"),
  GITHUB_THROTTLE: flag.default(true),

  HOST: z.string().default("127.0.0.1"),
  PORT: count(0, 65_535).default(3000),
  PUBLIC_URL: httpUrl.optional(),
  METRICS_TOKEN: z
    .string()
    .min(16, "at least 16 characters, for example from: openssl rand -hex 32")
    .optional(),
  DASHBOARD_TOKEN: z
    .string()
    .min(16, "at least 16 characters, for example from: openssl rand -hex 32")
    .optional(),
  GITHUB_CLIENT_ID: z.string().optional(),
  GITHUB_CLIENT_SECRET: z.string().optional(),
  RUNNER_METRICS_PORT: count(0, 65_535).default(0),
  PATCHBAY_URL: httpUrl.optional(),
  PATCHBAY_TOKEN: z.string().optional(),
  API_TOKENS: path.optional(),
  PROJECT_ALIASES: list
    .superRefine((items, context) => {
      for (const item of items.filter((one) => !aliasForm.test(one))) {
        context.addIssue(`${JSON.stringify(item)} is no name=/absolute/folder`);
      }
    })
    .transform((items) =>
      Object.fromEntries(
        items.map((item) => [item.slice(0, item.indexOf("=")), item.slice(item.indexOf("=") + 1)]),
      ),
    )
    .prefault(""),
  TRUSTED_PROXIES: ranges.prefault(""),
  CALLBACK_SECRET: z
    .string()
    .min(16, "at least 16 characters, for example from: openssl rand -hex 32")
    .optional(),
  CALLBACK_NETWORKS: ranges.prefault(""),
  API_RATE_LIMIT_MAX_REQUESTS: count(0, 1_000_000).default(30),
  API_RATE_LIMIT_WINDOW_SEC: seconds(1, 86_400).default(60),
  MAX_API_BODY_BYTES: count(1024, 16_777_216).default(262_144),
  MAX_WEBHOOK_BODY_BYTES: count(1024, 100_000_000).default(26_214_400),
  TRIGGER: z
    .string()
    .regex(/^[/@!][A-Za-z][A-Za-z0-9-]{0,38}$/, "/, @ or ! and a word, such as /agent")
    .default("/agent"),
  ALLOWED_BOTS: list.prefault(""),
  VERIFIED_COMMITS: flag.default(true),
  USER_MAX_JOBS_PER_HOUR: count(0, 100_000).default(30),
  RECOVER_INTERVAL_SEC: seconds(0, 86_400).default(300),

  DATA_ROOT: path.prefault("var"),
  QUEUE_ROOT: path.optional(),
  WORKSPACES_ROOT: path.optional(),
  ARTIFACTS_ROOT: path.prefault("artifacts"),
  SCHEDULES_ROOT: path.prefault("schedules"),
  RUNNER_CONCURRENCY: count(1, 64).default(2),
  RUNNER_MAX_ATTEMPTS_PER_STEP: count(1, 10).default(3),
  RUNNER_PARALLEL_STEPS: count(1, 32).default(2),
  DEFAULT_ARTIFACT_HANDOFF: z.enum(["manual", "patch_first", "workspace_first"]).default("manual"),
  RUNNER_MAX_CRASHES: count(1, 100).default(3),
  RUNNER_RECLAIM_AFTER_SEC: seconds(1, 86_400).default(600),
  RUNNER_DRAIN_SEC: seconds(0, 3600).default(30),

  DATABASE_URL: z
    .string()
    .regex(
      /^postgres(?:ql)?:\/\/\S+$/,
      "an address of Postgres, such as postgres://user:password@host:5432/database",
    )
    .refine(
      (url) => URL.canParse(url) && !/%(?![0-9A-Fa-f]{2})/.test(url),
      "an address of Postgres whose password is percent-encoded",
    )
    .optional(),
  DATABASE_CONNECTIONS: count(4, 1000).default(10),

  // GitHub can redeliver for some days; until then a GUID has to be known.
  TICKETS_TTL_SEC: seconds(604_800, 315_360_000).default(2_592_000),
  APPROVAL_TTL_SEC: seconds(0, 315_360_000).default(0),
  ARTIFACTS_TTL_SEC: seconds(0, 315_360_000).default(0),
  ARTIFACTS_MAX_BYTES: count(0, 2 ** 50).default(0),
  WORKSPACES_TTL_SEC: seconds(0, 315_360_000).default(172_800),

  ENABLE_REAL_CLI: flag.default(false),
  SANDBOX: z
    .enum(["bwrap", "wrapper", "none", "1", "0"], "bwrap, wrapper, none, 1 or 0")
    .transform((value) => (value === "1" ? "bwrap" : value === "0" ? "none" : value))
    .prefault("bwrap"),
  SANDBOX_WRAPPER: z.string().optional(),
  SANDBOX_USER: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/, "the name of a user of this machine")
    .optional(),
  SANDBOX_MOUNTS: list.prefault(""),
  SANDBOX_MEMORY_BYTES: count(67_108_864, 1e15).default(8_589_934_592),
  SANDBOX_PIDS: count(16, 4_194_304).default(1024),
  SANDBOX_CPUS: z.coerce.number().min(0.1).max(4096).optional(),
  SANDBOX_FILE_BYTES: count(1_048_576, 1e15).default(2_147_483_648),
  GIT_MEMORY_BYTES: count(67_108_864, 1e12).default(2_147_483_648),
  SANDBOX_OUTPUT_BYTES: count(100_000, 1e12).default(268_435_456),
  ALLOWED_BINARIES: list.prefault("claude,codex,opencode"),
  MIN_BINARY_VERSIONS: z.string().default(""),
  ENV_ALLOWLIST: list.prefault("PATH,TMPDIR"),
  SENSITIVE_ENV_VARS: list.prefault(""),
  ANTHROPIC_API_KEY: z.string().optional(),
  ANTHROPIC_BASE_URL: httpUrl.optional(),
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_BASE_URL: httpUrl.optional(),
  GEMINI_API_KEY: z.string().optional(),
  GEMINI_BASE_URL: httpUrl.optional(),
  PRICES_FILE: path.optional(),
  AGENTS_FILE: path.optional(),
  ROLES_DIR: path.optional(),
  AGENT_STALL_SEC: seconds(1, 3600).default(300),
  NETWORK_POLICY: z.enum(["deny", "allow"]).default("deny"),
  EGRESS_ALLOWLIST: list.pipe(z.array(HostPort)).prefault(""),

  MAX_DAILY_API_CALLS: count(0, 1_000_000_000).default(0),
  MAX_DAILY_COST_USD: usd.default(0),
  MAX_DAILY_COST_USD_PER_USER: usd.default(0),
  MAX_DAILY_COST_USD_PER_REPOSITORY: usd.default(0),
  MAX_COST_USD_PER_JOB: usd.default(0),
  MAX_COST_USD_PER_STEP: usd.default(0),
  MAX_API_CALLS_PER_STEP: count(0, 1_000_000_000).default(0),

  MAX_INPUT_ARTIFACTS_FILES: count(0, 1000).default(10),
  MAX_INPUT_ARTIFACT_CHARS: count(0, 10_000_000).default(12_000),
  MAX_INPUT_ARTIFACTS_CHARS: count(0, 10_000_000).default(40_000),
  MAX_PROMPT_CHARS: count(50_000, 10_000_000).default(200_000),
  MAX_SUBPROCESS_OUTPUT_CHARS: count(1000, 100_000_000).default(200_000),
  MAX_PATCH_BYTES: count(1, 250_000_000).default(10_000_000),
  MAX_PATCH_FILES: count(1, 1_000_000).default(500),
  MAX_PATCH_LINES: count(1, 100_000_000).default(20_000),
  MAX_BINARY_BYTES: count(0, 1_000_000_000).default(1_000_000),
  PROTECTED_PATHS: list
    .superRefine((globs, context) => {
      for (const message of globs.flatMap((glob) => globProblem(glob) ?? [])) context.addIssue(message);
    })
    .transform(expandProtectedPaths)
    .prefault("default"),

  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
  LOG_JSON: flag.default(false),
});

type Environment = z.infer<typeof Environment>;

interface GitHubHost {
  /** Such as github.com, or a GitHub Enterprise Server with its port. */
  host: string;
  /** Of the REST API, without a closing slash. */
  apiUrl: string;
  /** Scheme and host of clone URLs, with a closing slash. */
  origin: string;
  /** True only for a stand-in on this machine. */
  plainHttp: boolean;
}

/** A model API; without a key for a gateway that asks for none. */
interface ModelApi {
  baseUrl: string;
  apiKey: string | undefined;
}

export interface Config extends Environment {
  /** Job tickets; inbox, outbox and mirrors lie beside it in DATA_ROOT. */
  queueRoot: string;
  workspacesRoot: string;
  github: GitHubHost;
  /** Undefined until the App exists. */
  credentials: Credentials | undefined;
  /** Only those of which a key or an address is configured. */
  providers: { anthropic?: ModelApi; openai?: ModelApi; gemini?: ModelApi };
  /** What the agents' processes may have of this process's environment. */
  agentEnvironment: Record<string, string>;
  /** Where trusted programs (git) are looked up. */
  trustedPath: string;
  /** Every secret that was read, to be masked everywhere. */
  secrets: { name: string; value: string }[];
}

/** Names of variables that hold secrets by their nature, whoever reads them. */
const secretName = /(?:^|_)(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)(?:_|$)|^DATABASE_URL$/i;

/** An empty value counts as absent. */
function withoutEmpty(source: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ""));
}

/**
 * Reads and checks the operator's environment; `defaults` stand in for what is not set there. Throws one UserError
 * that names every invalid variable, what is wrong with it and what would be right.
 */
export function loadConfig(
  source: NodeJS.ProcessEnv = process.env,
  defaults: Record<string, string> = {},
): Config {
  const present = Object.entries({ ...defaults, ...withoutEmpty(source) }).flatMap(
    ([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]]),
  );
  const parsed = Environment.safeParse(Object.fromEntries(present));
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  const environment = parsed.success ? parsed.data : undefined;

  const sensitive = new Set(environment?.SENSITIVE_ENV_VARS ?? []);
  const secrets = present
    .filter(([name]) => (secretName.test(name) && name !== "PRIVATE_KEY_PATH") || sensitive.has(name))
    .map(([name, value]) => ({ name, value }));

  if (environment) {
    problems.push(...conflicts(environment, new Set(secrets.map((secret) => secret.name))));
    const { credentials, problems: missing } = readCredentials(environment);
    problems.push(...missing);
    if (credentials) secrets.push({ name: "PRIVATE_KEY", value: credentials.privateKey });
    secrets.push(...passwordOf(environment.DATABASE_URL));
    if (problems.length === 0) {
      const allowed = new Set(environment.ENV_ALLOWLIST);
      return {
        ...environment,
        queueRoot: environment.QUEUE_ROOT ?? resolve(environment.DATA_ROOT, "queue"),
        workspacesRoot: environment.WORKSPACES_ROOT ?? resolve(environment.DATA_ROOT, "workspaces"),
        github: hostOf(environment),
        credentials,
        providers: providersOf(environment),
        agentEnvironment: Object.fromEntries(present.filter(([name]) => allowed.has(name))),
        trustedPath: source["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
        secrets,
      };
    }
  }
  throw new UserError(
    `the configuration is not valid:\n${problems.map((problem) => `  ${problem}`).join("\n")}`,
  );
}

function conflicts(environment: Environment, secretNames: ReadonlySet<string>): string[] {
  const problems: string[] = [];
  for (const name of environment.ENV_ALLOWLIST) {
    if (secretNames.has(name)) {
      problems.push(
        `ENV_ALLOWLIST: ${name} holds a secret and never reaches an agent; remove it from the list`,
      );
    }
  }
  if (
    environment.GHE_PROTOCOL === "http" &&
    !/^(?:127\.0\.0\.1|localhost)(?::|$)/.test(environment.GHE_HOST ?? "")
  ) {
    problems.push("GHE_PROTOCOL: http is accepted only for a GHE_HOST on 127.0.0.1; use https");
  }
  if (environment.SANDBOX === "wrapper" && environment.SANDBOX_WRAPPER === undefined) {
    problems.push(
      "SANDBOX_WRAPPER: SANDBOX=wrapper needs the command line of the wrapper; docs/sandbox.md has examples",
    );
  }
  if (
    environment.ENABLE_REAL_CLI &&
    environment.SANDBOX === "none" &&
    environment.NETWORK_POLICY === "deny"
  ) {
    problems.push(
      "NETWORK_POLICY: nothing enforces deny without a sandbox; with SANDBOX=none say NETWORK_POLICY=allow explicitly",
    );
  }
  return problems;
}

/** The password alone, wherever it appears; one that is the user's name would mask a common word. */
function passwordOf(databaseUrl: string | undefined): { name: string; value: string }[] {
  if (databaseUrl === undefined) return [];
  const { username, password } = new URL(databaseUrl);
  const value = decodeURIComponent(password);
  return value === decodeURIComponent(username) ? [] : [{ name: "DATABASE_URL", value }];
}

function providersOf(environment: Environment): Config["providers"] {
  const api = (baseUrl: string | undefined, apiKey: string | undefined, standard: string): ModelApi[] =>
    baseUrl === undefined && apiKey === undefined ? [] : [{ baseUrl: baseUrl ?? standard, apiKey }];
  const [anthropic] = api(
    environment.ANTHROPIC_BASE_URL,
    environment.ANTHROPIC_API_KEY,
    "https://api.anthropic.com",
  );
  const [openai] = api(environment.OPENAI_BASE_URL, environment.OPENAI_API_KEY, "https://api.openai.com");
  const [gemini] = api(
    environment.GEMINI_BASE_URL,
    environment.GEMINI_API_KEY,
    "https://generativelanguage.googleapis.com",
  );
  return { ...(anthropic && { anthropic }), ...(openai && { openai }), ...(gemini && { gemini }) };
}

function hostOf(environment: Environment): GitHubHost {
  if (environment.GHE_HOST === undefined) {
    return {
      host: "github.com",
      apiUrl: "https://api.github.com",
      origin: "https://github.com/",
      plainHttp: false,
    };
  }
  const origin = `${environment.GHE_PROTOCOL}://${environment.GHE_HOST}/`;
  return {
    host: environment.GHE_HOST,
    apiUrl: `${origin}api/v3`,
    origin,
    plainHttp: environment.GHE_PROTOCOL === "http",
  };
}
