import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type Postgres, startPostgres } from "../../demo/postgres/start.ts";
import { examineDatabase } from "../../src/cli/examine-database.ts";
import { openSharedDatabase } from "../../src/cli/open-database.ts";
import { openQueues } from "../../src/cli/open-queues.ts";
import { type Config, loadConfig } from "../../src/config.ts";
import { createLog } from "../../src/log.ts";
import { createFsQueue } from "../../src/queue/fsqueue/fsqueue.ts";
import { openDatabase } from "../../src/queue/postgres/database.ts";
import { temporaryFolder } from "../temp-folder.ts";

const folder = await temporaryFolder();
const log = createLog({ level: "silent", json: true, mask: (line) => line });
let server: Postgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.end());

async function configFor(name: string, url = server.url): Promise<Config> {
  const artifacts = join(folder, name);
  await mkdir(artifacts, { recursive: true });
  return loadConfig({ DATABASE_URL: url, DATA_ROOT: join(folder, "var"), ARTIFACTS_ROOT: artifacts });
}

describe("what the doctor says of the database", () => {
  test("nothing without DATABASE_URL", async () => {
    expect(await examineDatabase(loadConfig({}))).toEqual([]);
  });

  test("that it answers, before anything was made in it, and that nothing was made by asking", async () => {
    const config = await configFor("first");
    for (let i = 0; i < 2; i += 1) {
      expect(await examineDatabase(config)).toEqual([
        {
          name: "database",
          level: "ok",
          found: expect.stringMatching(
            /^postgres@127\.0\.0\.1:\d+\/postgres, Postgres 1\d\S*, \d+ of \d+ connections/,
          ),
        },
        { name: "shared folder", level: "ok", found: expect.stringContaining("not used yet") },
      ]);
    }
  });

  test("whether the folder is the one that all share", async () => {
    const config = await configFor("first");
    const database = await openSharedDatabase(config, log);
    await openQueues({ config, log, database });
    await database?.close();
    expect(await examineDatabase(config)).toContainEqual({
      name: "shared folder",
      level: "ok",
      found: config.ARTIFACTS_ROOT,
    });
    const other = await examineDatabase(await configFor("other"));
    expect(other).toContainEqual(
      expect.objectContaining({
        name: "shared folder",
        level: "missing",
        found: expect.stringContaining("Mount the same folder on every machine"),
      }),
    );
    const broken = await configFor("broken");
    await mkdir(join(broken.ARTIFACTS_ROOT, ".canary"));
    expect(await examineDatabase(broken)).toContainEqual(
      expect.objectContaining({ name: "shared folder", level: "missing" }),
    );
  });

  test("that tickets wait in files, which Postgres knows nothing of; ended ones are no matter", async () => {
    const config = {
      ...(await configFor("first")),
      DATA_ROOT: join(folder, "moved"),
      queueRoot: join(folder, "moved/queue"),
    };
    const payload = z.object({});
    const shared = { payload, maxCrashes: 3, leaseMs: 60_000 };
    const inbox = await createFsQueue({ ...shared, root: join(config.DATA_ROOT, "inbox") });
    const jobs = await createFsQueue({ ...shared, root: config.queueRoot });
    for (const id of ["a", "b"]) await jobs.enqueue({ id, key: id, payload: {} });
    await inbox.enqueue({ id: "c", key: "c", payload: {} });
    await inbox.cancel("c", "no");
    await Promise.all([jobs.close(), inbox.close()]);
    expect((await examineDatabase(config)).at(-1)).toEqual({
      name: "tickets in files",
      level: "note",
      found: `2 in ${join(config.queueRoot, "pending")}: they wait there and are not in Postgres`,
      remedy: expect.stringContaining("without DATABASE_URL"),
    });
    const warnings: string[] = [];
    const telling = createLog({
      level: "warn",
      json: true,
      mask(line) {
        warnings.push(line);
        return "";
      },
    });
    const database = await openSharedDatabase(config, log);
    await openQueues({ config, log: telling, database });
    await database?.close();
    expect(warnings.join("")).toMatch(/"count":2,.*these tickets wait in files/);
  });

  test("a wrong password and a user who may make nothing, without the password", async () => {
    const admin = await openDatabase({ url: server.url, schema: "somebody_else" });
    await admin.db.executeSql("CREATE ROLE guest LOGIN PASSWORD 'guests-secret'");
    await admin.db.executeSql("CREATE DATABASE closed");
    await admin.close();
    const as = (user: string, password: string, database: string): string => {
      const url = new URL(server.url);
      [url.username, url.password, url.pathname] = [user, password, database];
      return url.href;
    };
    const [guest] = await examineDatabase(await configFor("guest", as("guest", "guests-secret", "closed")));
    expect(guest).toMatchObject({
      level: "missing",
      remedy: expect.stringContaining("GRANT CREATE ON DATABASE"),
    });
    const [wrong, ...more] = await examineDatabase(
      await configFor("wrong", as("guest", "not-the-secret", "closed")),
    );
    expect(wrong).toMatchObject({
      level: "missing",
      found: expect.stringContaining("password authentication failed"),
    });
    expect(more).toEqual([]);
    expect(JSON.stringify([guest, wrong])).not.toMatch(/guests-secret|not-the-secret/);
  });

  test("a server that may forget, and one that is down", async () => {
    const admin = await openDatabase({ url: server.url, schema: "somebody_else" });
    await admin.db.executeSql("ALTER DATABASE postgres SET synchronous_commit = off");
    await admin.close();
    const config = await configFor("first");
    expect(await examineDatabase(config)).toContainEqual(
      expect.objectContaining({
        name: "durability",
        level: "note",
        remedy: expect.stringContaining("synchronous_commit = on"),
      }),
    );
    await server.stop();
    expect(await examineDatabase(config)).toEqual([
      expect.objectContaining({
        level: "missing",
        found: expect.stringContaining("ECONNREFUSED"),
        remedy: expect.stringContaining("DATABASE_URL"),
      }),
    ]);
    await expect(openSharedDatabase(config, log)).rejects.toThrow(
      /opening the database: .*ECONNREFUSED.*DATABASE_URL/,
    );
    await server.start();
  });
});
