import { defineConfig } from "vitest/config";

/** Where a machine-readable report is wanted as well. */
const report = process.env["TEST_REPORT"];

export default defineConfig({
  test: {
    include: [
      "test/**/*.test.ts",
      ...(process.env["TORTURE_SECONDS"] === undefined ? [] : ["test/**/*.torture.ts"]),
    ],
    setupFiles: ["test/property-seed.ts"],
    pool: "forks",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    reporters: report === undefined ? ["default"] : ["default", ["json", { outputFile: report }]],
  },
});
