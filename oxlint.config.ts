// The house rules that a machine can check. Import rules first: who may know whom.
import { defineConfig, type DummyRule } from "oxlint";

const rooms = [
  "job",
  "io",
  "webhook",
  "command",
  "queue",
  "budget",
  "runner",
  "sandbox",
  "agents",
  "artifacts",
  "publisher",
  "api",
  "schedule",
  "audit",
  "cli",
];

/** Room → the rooms that it may import besides itself. Root files of src/ are open to every room but job/. */
const mayImport: Record<string, string[]> = {
  job: [],
  io: ["job"],
  queue: ["job", "io"],
  budget: ["job", "io"],
  sandbox: ["job", "io"],
  agents: ["job", "io"],
  artifacts: ["job", "io"],
  publisher: ["job", "io"],
  command: ["job", "io", "queue"],
  webhook: ["job", "io", "queue", "command"],
  runner: ["job", "io", "queue", "budget", "sandbox", "agents", "artifacts", "publisher"],
  api: ["job", "io", "queue", "command", "artifacts"],
  schedule: ["job", "io", "queue", "command"],
  audit: ["job", "io"],
  cli: rooms,
};

/** Package → the places that may import it. */
const onlyIn: Record<string, string[]> = {
  execa: ["io"],
  probot: ["webhook"],
};

function importRule(room: string, allowedRooms: string[]): DummyRule {
  const closed = rooms.filter((other) => other !== room && !allowedRooms.includes(other));
  const packages = Object.keys(onlyIn).filter((name) => !onlyIn[name]?.includes(room));
  return [
    "error",
    {
      paths: packages.map((name) => ({
        name,
        message: `${name} is imported only in ${onlyIn[name]?.join(", ")}/`,
      })),
      patterns: [
        { regex: "/main\\.ts$", message: "nobody imports main.ts" },
        ...(closed.length > 0
          ? [{ regex: `^\\.\\.?/(.*/)?(${closed.join("|")})/`, message: `${room}/ may not import this room` }]
          : []),
        ...(room === "job"
          ? [{ group: ["*", "!zod", "!node:*", "!./*"], message: "job/ imports only Zod" }]
          : []),
      ],
    },
  ];
}

export default defineConfig({
  plugins: ["typescript", "unicorn", "oxc", "import", "promise", "vitest", "node"],
  categories: { correctness: "error", suspicious: "error" },
  options: { typeAware: true },
  ignorePatterns: ["node_modules", "/dist", "/var", "/artifacts"],
  rules: {
    "import/no-cycle": "error",
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "typescript/await-thenable": "error",
    "typescript/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    "typescript/no-explicit-any": "error",
    "typescript/consistent-type-imports": "error",
    "no-console": "error",
    // Objects of functions without `this` are our way; there is nothing to bind.
    "typescript/unbound-method": "off",
    // tsc's noImplicitReturns knows exhaustive switches.
    "typescript/consistent-return": "off",
    // There are threads here, and no windows.
    "unicorn/require-post-message-target-origin": "off",
    "no-await-in-loop": "off",
    "no-underscore-dangle": "off",
    "no-shadow": "off",
    "import/no-unassigned-import": "off",
    "import/no-named-as-default-member": "off",
    "import/no-named-as-default": "off",
    "promise/always-return": ["error", { ignoreLastCallback: true }],
    "typescript/require-array-sort-compare": ["error", { ignoreStringArrays: true }],
    "unicorn/consistent-function-scoping": "off",
    "vitest/valid-expect": ["error", { maxArgs: 2 }],
    "vitest/valid-title": ["error", { ignoreTypeOfTestName: true }],
  },
  overrides: [
    { files: ["src/**"], rules: { "node/no-process-env": "error" } },
    ...rooms.map((room) => ({
      files: [`src/${room}/**`],
      rules: { "no-restricted-imports": importRule(room, mayImport[room] ?? []) },
    })),
    {
      files: ["src/{config,credentials,errors,log,redact}.ts", "src/redact-*.ts"],
      rules: { "no-restricted-imports": importRule("the root files", ["job"]) },
    },
    { files: ["src/config.ts"], rules: { "node/no-process-env": "off" } },
    // Its environment is what it is to look at: it runs inside of the sandbox.
    { files: ["src/sandbox/proof/probe.ts"], rules: { "node/no-process-env": "off" } },
    {
      files: ["demo/**", "bench/**", "scripts/**", "test/**", "src/cli/**", "bin/**"],
      rules: { "no-console": "off" },
    },
  ],
});
