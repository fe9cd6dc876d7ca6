// docs/postgres.md, done as it says: its SQL, its settings and its commands.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { startPostgres } from "../../demo/postgres/start.ts";
import { ExecError, run } from "../../src/io/exec.ts";
import { openDatabase } from "../../src/queue/postgres/database.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { createWorld } from "./world.ts";

const project = join(import.meta.dirname, "..", "..");
const folder = await temporaryFolder();
const server = await startPostgres();
afterAll(() => server.end());

test("docs/postgres.md, from the first line to the last", { timeout: 150_000 }, async () => {
  const text = await readFile(join(project, "docs", "postgres.md"), "utf8");
  const blocks = (language: string): string[][] =>
    [...text.matchAll(new RegExp(`^ *\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\`$`, "gm"))].map(
      ([, body = ""]) =>
        body
          .split(language === "sql" ? ";\n" : "\n")
          .map((line) => line.trim())
          .filter(Boolean),
    );
  const [setUp = [], look = []] = blocks("sql");
  const [settings = []] = blocks("ini");
  const [demo, commands = []] = blocks("sh");
  // Tested in test/demo.
  expect(demo).toEqual(["npm run demo -- --postgres"]);

  const admin = await openDatabase({ url: server.url, schema: "somebody" });
  expect(setUp).toHaveLength(2);
  for (const statement of setUp) await admin.db.executeSql(statement);
  await admin.close();

  const world = await createWorld(join(folder, "world"));
  try {
    // Only the places are ours.
    const env = Object.fromEntries(
      settings.map((line): [string, string] => {
        const [name = "", ...value] = line.split("=");
        return [name, value.join("=")];
      }),
    );
    const url = Object.assign(new URL(env["DATABASE_URL"] ?? ""), { host: new URL(server.url).host }).href;
    expect(Object.keys(env)).toEqual(["DATABASE_URL", "ARTIFACTS_ROOT"]);
    const own = { DATABASE_URL: url };

    const [doctor, ...starts] = commands;
    expect(doctor).toBe("npx patchbay doctor");
    const findings = await doctorSays({ ...world.env, ...own });
    expect(findings).toContain("✓ database");
    expect(findings).toContain("✓ shared folder");

    const parts = starts.map((command) => /^npm start -- (web|runner)$/.exec(command)?.[1] ?? command);
    expect(parts).toEqual(["web", "runner"]);
    for (const part of parts) await world.start(part, { ...own, DATA_ROOT: join(world.folder, part) });
    const number = await world.openIssue();
    await world.comment(number, "/agent plan how to allow five tries");
    const [job] = await world.published();

    const database = await openDatabase({ url });
    const answers: unknown[][] = [];
    for (const query of look) answers.push((await database.db.executeSql(query)).rows);
    await database.close();
    const [counts, running, failed, connections] = answers;
    expect(counts).toContainEqual({ queue: "inbox", state: "done", count: "1" });
    expect(counts).toContainEqual({ queue: "jobs", state: "done", count: "1" });
    expect([running, failed]).toEqual([[], []]);
    expect(connections?.length).toBeGreaterThan(0);
    expect(answers).toHaveLength(4);
    expect(job).toBeDefined();
  } finally {
    await world.stop();
  }
});

async function doctorSays(env: Record<string, string>): Promise<string> {
  try {
    const options = { env, cwd: folder, timeoutMs: 30_000, okExitCodes: [1] };
    const { stdout } = await run(process.execPath, [join(project, "bin", "patchbay.js"), "doctor"], options);
    return stdout.toString("utf8");
  } catch (error) {
    throw error instanceof ExecError ? new Error(error.stderr, { cause: error }) : error;
  }
}
