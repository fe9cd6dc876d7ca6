// `npm run test:agents`: the real CLIs against the scripted model. They take their time, so they run one by one.
import { defineConfig } from "vitest/config";

const report = process.env["TEST_REPORT"];

export default defineConfig({
  test: {
    include: ["test/agents/real/*.real.ts"],
    setupFiles: ["test/property-seed.ts"],
    pool: "forks",
    testTimeout: 180_000,
    hookTimeout: 60_000,
    fileParallelism: false,
    reporters: report === undefined ? ["default"] : ["default", ["json", { outputFile: report }]],
  },
});
