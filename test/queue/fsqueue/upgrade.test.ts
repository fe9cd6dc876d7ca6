// Folders that another version has left.
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UserError } from "../../../src/errors.ts";
import { QueueState } from "../../../src/job/queue-state.ts";
import type { Queue } from "../../../src/queue/contract.ts";
import { nextClaim, type Payload } from "../claims.ts";
import { ticket } from "../contract.ts";
import { createTestFolder } from "./folder.ts";

let folder: ReturnType<typeof createTestFolder>;
beforeEach(() => {
  folder = createTestFolder();
});
afterEach(() => folder.end());

const stateOf = async (queue: Queue<Payload>, ...ids: string[]): Promise<(string | undefined)[]> =>
  Promise.all(ids.map(async (id) => (await queue.find(id))?.state));

const idOf = (name: string): string => name.slice(36, -".json".length);

/**
 * The files of format 1, as the last version that wrote it left them when it was killed. A copy has no links, so each
 * ticket that waits gets its second name again.
 */
function layOutFormat1(): void {
  cpSync(fileURLToPath(new URL("fixtures/format-1", import.meta.url)), folder.root, { recursive: true });
  const tmp = folder.path("tmp", readdirSync(folder.path("tmp"))[0] ?? "");
  const waiting = readdirSync(folder.path("pending")).map((name) => [
    idOf(name),
    folder.path("pending", name),
  ]);
  for (const [id = "", path = ""] of [...waiting, ["cut-off", `${tmp}/cut-off.json`]]) {
    // One that was tried before was written anew; its id still stands for the first form.
    if (id === "retried") continue;
    rmSync(folder.path("seen", id));
    linkSync(path, folder.path("seen", id));
  }
  rmSync(`${tmp}/almost.json`);
  linkSync(folder.path("seen", "almost"), `${tmp}/almost.json`);
  writeFileSync(`${tmp}/half.json`, '{ "schema_version": "1.0", "id": "ha');
  const longAgo = new Date(Date.now() - 3_600_000);
  for (const name of readdirSync(folder.path("running"))) {
    utimesSync(folder.path("running", name), longAgo, longAgo);
  }
  for (const name of readdirSync(tmp)) utimesSync(`${tmp}/${name}`, longAgo, longAgo);
  utimesSync(tmp, longAgo, longAgo);
}

describe("format 1", () => {
  test("every ticket is where it was, and nothing is lost, doubled or forgotten", async () => {
    layOutFormat1();
    const queue = await folder.open();
    expect(await queue.counts()).toEqual({
      // "running" came back, "to-be-cancelled" was, "cut-off" is finished.
      pending: 9,
      running: 0,
      done: 1,
      failed: 1,
      cancelled: 2,
      awaiting_approval: 1,
    });
    expect(await queue.find("done")).toMatchObject({ state: "done", note: "all well", payload: { n: 1 } });
    expect(await queue.find("failed")).toMatchObject({ state: "failed", note: "no such agent", attempts: 1 });
    expect(await queue.find("running")).toMatchObject({ state: "pending", attempts: 1, crashes: 1 });
    expect(await queue.find("to-be-cancelled")).toMatchObject({ state: "cancelled", note: "by @hubot" });
    expect(await queue.find("delayed")).toMatchObject({ notBefore: new Date(Date.UTC(2099, 0, 1)) });
    for (const id of readdirSync(folder.path("seen"))) {
      expect([id, await queue.enqueue(ticket(id))]).toEqual([id, "duplicate"]);
    }
    expect(await queue.enqueue(ticket("half"))).toBe("queued");
    for (const process of readdirSync(folder.path("tmp"))) {
      expect(readdirSync(folder.path("tmp", process))).toEqual([]);
    }
    expect(readdirSync(folder.path("cancel"))).toEqual([]);
  });

  test("order, keys and verbs go on", async () => {
    layOutFormat1();
    const queue = await folder.open();
    expect(await queue.approve("parked", "yes")).toBe(true);
    expect(await queue.requeue("failed", "mended")).toBe(true);
    const claimed: string[] = [];
    for (let claim = await queue.claim(); claim; claim = await queue.claim()) {
      claimed.push(claim.ticket.id);
      await claim.complete();
    }
    // A more urgent one of the same key waits for the one that is tried again, and "pending" for "urgent".
    expect(claimed).toEqual([
      "urgent",
      "failed",
      "parked",
      "retried",
      "behind-retried",
      "running",
      "behind-running",
      "cut-off",
      "almost",
      "pending",
    ]);
    expect(await stateOf(queue, "delayed", "cut-off")).toEqual(["pending", "done"]);
  });

  test("what is written next has the new form, and the folder says which it is", async () => {
    layOutFormat1();
    const queue = await folder.open();
    expect(readFileSync(folder.path("format"), "utf8")).toBe("2\n");
    const versions = (): string[] =>
      QueueState.options.flatMap((state) =>
        readdirSync(folder.path(state)).map((name) => {
          const text = readFileSync(folder.path(state, name), "utf8");
          return `${/"id": "(.*)"/.exec(text)?.[1]} ${/"schema_version": "(.*)"/.exec(text)?.[1]}`;
        }),
      );
    expect(versions()).toContain("urgent 1.0");
    expect(versions()).toContain("running 1.1");
    await (await nextClaim(queue)).complete();
    expect(versions()).toContain("urgent 1.1");
    await queue.close();
    expect(await stateOf(await folder.open(), "urgent", "done", "pending")).toEqual([
      "done",
      "done",
      "pending",
    ]);
  });
});

describe("a later version", () => {
  test("of the folder: nobody touches it", async () => {
    for (const format of ["3\n", "beta", ""]) {
      writeFileSync(folder.path("format"), format);
      mkdirSync(folder.path("pending"), { recursive: true });
      writeFileSync(folder.path("pending", "what-is-this"), "");
      const opening = folder.open();
      await expect(opening).rejects.toThrow(UserError);
      await expect(opening).rejects.toThrow(/later version of Patchbay .*Start that version/);
      expect(readdirSync(folder.root).toSorted()).toEqual(["format", "pending"]);
      expect(readFileSync(folder.path("format"), "utf8")).toBe(format);
    }
  });

  test("of a ticket that waits: it is set aside as it is, and moved back it is what it was", async () => {
    const queue = await folder.open();
    await queue.enqueue(ticket("a"));
    await queue.enqueue(ticket("b"));
    const name = readdirSync(folder.path("pending"))[0] ?? "";
    const ours = readFileSync(folder.path("pending", name), "utf8");
    const theirs = ours.replace('"1.1"', '"2.0"').replace('"key"', '"colour": "red",\n  "key"');
    writeFileSync(folder.path("edited"), theirs);
    renameSync(folder.path("edited"), folder.path("pending", name));
    expect((await nextClaim(queue)).ticket.id).toBe("b");
    expect(readFileSync(folder.path("failed", name), "utf8")).toBe(theirs);
    expect(readFileSync(folder.path("failed", `${name}.note`), "utf8")).toMatch(/later version.*2\.0.*1\.1/);
    expect(await queue.enqueue(ticket("a"))).toBe("duplicate");

    writeFileSync(folder.path("failed", name), ours);
    renameSync(folder.path("failed", name), folder.path("pending", name));
    expect((await nextClaim(queue)).ticket.id).toBe("a");
  });

  test("of a ticket that runs: it is left to whoever runs it", async () => {
    const errors: string[] = [];
    const log = {
      info: () => undefined,
      warn: () => undefined,
      error: (_fields: object, message: string) => void errors.push(message),
    };
    const queue = await folder.open();
    await queue.enqueue(ticket("a"));
    await nextClaim(queue);
    const path = folder.path("running", readdirSync(folder.path("running"))[0] ?? "");
    const theirs = readFileSync(path, "utf8").replace('"1.1"', '"1.2"');
    writeFileSync(path, theirs);
    const before = statSync(path).ino;
    await folder.open({ log, clock: () => new Date(Date.now() + 7_200_000) });
    expect(readFileSync(path, "utf8")).toBe(theirs);
    expect(statSync(path).ino).toBe(before);
    expect(errors).toEqual(["recovering a running ticket; the next sweep tries again"]);
    expect(existsSync(folder.path("failed", "a"))).toBe(false);
  });
});
