// Tickets are files that people look at and move, and anything may turn up where they lie.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Queue } from "../../../src/queue/contract.ts";
import { nextClaim, type Payload } from "../claims.ts";
import { ticket } from "../contract.ts";
import { interceptFileCalls } from "./file-calls.ts";
import { createTestFolder } from "./folder.ts";

let folder: ReturnType<typeof createTestFolder>;
let queue: Queue<Payload>;
beforeEach(async () => {
  folder = createTestFolder();
  queue = await folder.open({ sweepMs: 50 });
});
afterEach(() => folder.end());

function only(state: string): string {
  const names = readdirSync(folder.path(state));
  expect(names).toHaveLength(1);
  return names[0] ?? "";
}

/** Claims until the file has been set aside, and returns the note beside it. */
async function noteOf(name: string): Promise<string> {
  const path = folder.path("failed", `${name}.note`);
  await expect.poll(() => queue.claim().then(() => existsSync(path))).toBe(true);
  return readFileSync(path, "utf8");
}

test("a ticket is a JSON file that says what it is", async () => {
  await queue.enqueue(ticket("job-1", { key: "acme/shop#42" }));
  const name = only("pending");
  expect(name).toMatch(/^5-\d{16}-[0-9a-f]{16}-job-1\.json$/);
  expect(JSON.parse(readFileSync(folder.path("pending", name), "utf8"))).toMatchObject({
    schema_version: "1.1",
    id: "job-1",
    key: "acme/shop#42",
    priority: 5,
    state: "pending",
    lease: null,
  });
});

describe("moved by hand", () => {
  test("from failed/ to pending/: a retry with its counters at zero", async () => {
    await queue.enqueue(ticket("a"));
    await (await nextClaim(queue)).fail("broken");
    const name = only("failed");
    renameSync(folder.path("failed", name), folder.path("pending", name));
    expect(await queue.find("a")).toMatchObject({ state: "pending", attempts: 0 });
    const claim = await nextClaim(queue);
    expect(claim.ticket).toMatchObject({ id: "a", attempts: 1 });
    expect(claim.epoch).toBe(2);
  });

  test("while no process runs", async () => {
    await queue.enqueue(ticket("a"));
    await (await nextClaim(queue)).fail("broken");
    await queue.close();
    const name = only("failed");
    renameSync(folder.path("failed", name), folder.path("pending", name));
    expect((await nextClaim(await folder.open())).ticket.id).toBe("a");
  });

  test("from awaiting_approval/ to pending/: an approval", async () => {
    await queue.enqueue(ticket("a"));
    await (await nextClaim(queue)).park("may I?");
    const name = only("awaiting_approval");
    renameSync(folder.path("awaiting_approval", name), folder.path("pending", name));
    expect((await nextClaim(queue)).ticket).toMatchObject({ id: "a", attempts: 2 });
  });

  test("out of pending/ while it waits: it isn't claimed, and its key is free", async () => {
    await queue.enqueue(ticket("a1", { key: "a" }));
    await (await nextClaim(queue)).retry("later", new Date(Date.now() + 3_600_000));
    const name = only("pending");
    await queue.enqueue(ticket("a2", { key: "a" }));
    expect(await queue.claim()).toBeUndefined();
    renameSync(folder.path("pending", name), folder.path("cancelled", name));
    expect((await nextClaim(queue)).ticket.id).toBe("a2");
    expect(await queue.find("a1")).toMatchObject({ state: "cancelled" });
  });

  test("removed: it stays away, and its id stays a duplicate", async () => {
    await queue.enqueue(ticket("a"));
    rmSync(folder.path("pending", only("pending")));
    expect(await queue.find("a")).toBeUndefined();
    expect(await queue.enqueue(ticket("a"))).toBe("duplicate");
    await queue.close();
    const again = await folder.open();
    expect(await again.claim()).toBeUndefined();
    expect(await again.enqueue(ticket("a"))).toBe("duplicate");
  });

  test("a ticket under a name of its own gets the right one", async () => {
    await queue.enqueue(ticket("a"));
    await (await nextClaim(queue)).fail("broken");
    const name = only("failed");
    renameSync(folder.path("failed", name), folder.path("pending", "try-this-again.json"));
    expect((await nextClaim(queue)).ticket.id).toBe("a");
    expect(only("running")).toBe(name);
  });

  test("a copy beside the original isn't a second ticket", async () => {
    await queue.enqueue(ticket("a"));
    const name = only("pending");
    copyFileSync(folder.path("pending", name), folder.path("copy"));
    renameSync(folder.path("copy"), folder.path("pending", "copy.json"));
    await expect.poll(() => existsSync(folder.path("failed", "copy.json.note"))).toBe(true);
    expect(readFileSync(folder.path("failed", "copy.json.note"), "utf8")).toContain("in the queue already");
    await (await nextClaim(queue)).complete();
    expect(await queue.claim()).toBeUndefined();
  });

  test("a request by hand: touch cancel/<id>", async () => {
    await queue.enqueue(ticket("a"));
    const claim = await nextClaim(queue);
    const seen = new Promise((resolve) => {
      claim.signal.addEventListener("abort", resolve);
    });
    writeFileSync(folder.path("cancel", "a"), "");
    await seen;
    expect(String(claim.signal.reason)).toContain("cancelled");
  });
});

describe("a bad ticket goes to failed/ with a note, and the queue goes on", () => {
  /** Where a ticket would lie that is claimed before all others. */
  const first = "0-0000000000000001-00000000000000aa-bad.json";
  const good = '{ "n": 1 }';
  const kinds: [string, RegExp, (path: string) => void][] = [
    ["empty", /it is empty/, (path) => writeFileSync(path, "")],
    ["truncated", /not JSON/, (path) => writeFileSync(path, '{ "schema_version": "1.0", "id": "b')],
    ["another version", /schema_version/, (path) => writeFileSync(path, '{ "schema_version": "0.9" }')],
    ["not an object", /expected object/, (path) => writeFileSync(path, "[]")],
    ["not UTF-8", /not UTF-8/, (path) => writeFileSync(path, Buffer.from([0x7b, 0xff, 0xfe, 0x7d]))],
    ["a folder", /not a regular file/, (path) => void mkdirSync(`${path}/deep`, { recursive: true })],
    ["a symbolic link", /symbolic link/, (path) => symlinkSync(folder.path("secret"), path)],
    ["a dangling link", /symbolic link/, (path) => symlinkSync("nowhere", path)],
  ];

  test.each(kinds)("%s, while it runs", async (_kind, reason, make) => {
    writeFileSync(folder.path("secret"), good);
    make(folder.path("made"));
    renameSync(folder.path("made"), folder.path("pending", first));
    await queue.enqueue(ticket("good"));
    expect((await nextClaim(queue)).ticket.id).toBe("good");
    expect(await noteOf(first)).toMatch(reason);
    expect(readdirSync(folder.path("failed"))).toContain(first);
    expect(readdirSync(folder.path("pending"))).toEqual([]);
    // What a link pointed to is as it was.
    expect(readFileSync(folder.path("secret"), "utf8")).toBe(good);
  });

  test.each(kinds)("%s, found at the start, in pending/ and in running/", async (_kind, reason, make) => {
    await queue.enqueue(ticket("good"));
    await queue.close();
    make(folder.path("pending", first));
    make(folder.path("running", first.replace("bad", "worse")));
    const again = await folder.open();
    expect((await nextClaim(again)).ticket.id).toBe("good");
    for (const name of [first, first.replace("bad", "worse")]) {
      expect(readFileSync(folder.path("failed", `${name}.note`), "utf8")).toMatch(reason);
    }
    expect(await again.list("failed")).toEqual([]);
  });

  test("a payload that isn't one", async () => {
    await queue.enqueue(ticket("a"));
    const name = only("pending");
    const path = folder.path("pending", name);
    const text = readFileSync(path, "utf8").replace(/"n": \d+/, '"n": "seven"');
    writeFileSync(folder.path("edited"), text);
    renameSync(folder.path("edited"), path);
    expect(await queue.claim()).toBeUndefined();
    expect(readFileSync(folder.path("failed", `${name}.note`), "utf8")).toMatch(/payload: .*n/s);
  });

  test("a ticket under another one's name", async () => {
    await queue.enqueue(ticket("a"));
    const name = only("pending");
    renameSync(folder.path("pending", name), folder.path("pending", name.replace("-a.json", "-b.json")));
    expect(await noteOf(name.replace("-a.json", "-b.json"))).toContain(`belongs to ${name}`);
  });

  test("unreadable", async () => {
    await queue.enqueue(ticket("a"));
    const name = only("pending");
    // Root may read everything, so the refusal is made up.
    const refusing = interceptFileCalls(folder.root, (_, call) => {
      if (call === "openSync pending") throw Object.assign(new Error("EACCES: injected"), { code: "EACCES" });
    });
    expect(await queue.claim()).toBeUndefined();
    refusing.restore();
    expect(await noteOf(name)).toContain("can't be read");
  });

  test("but a passing fault of the disk makes none bad", async () => {
    await queue.enqueue(ticket("a"));
    const failing = interceptFileCalls(folder.root, (_, call) => {
      if (call === "openSync pending") throw Object.assign(new Error("EMFILE: injected"), { code: "EMFILE" });
    });
    await expect(queue.claim()).rejects.toThrow("EMFILE");
    failing.restore();
    expect((await nextClaim(queue)).ticket.id).toBe("a");
  });

  test("two of the same name don't overwrite each other", async () => {
    for (const text of ["one", "two"]) {
      writeFileSync(folder.path("made"), text);
      renameSync(folder.path("made"), folder.path("pending", first));
      await expect
        .poll(() => queue.claim().then(() => existsSync(folder.path("pending", first))))
        .toBe(false);
    }
    const kept = readdirSync(folder.path("failed")).filter((name) => !name.endsWith(".note"));
    expect(kept.map((name) => readFileSync(folder.path("failed", name), "utf8")).toSorted()).toEqual([
      "one",
      "two",
    ]);
  });
});

describe("symbolic links in the bookkeeping are not followed", () => {
  test("a request to cancel", async () => {
    writeFileSync(folder.path("secret"), '{"note":"stolen"}');
    await queue.enqueue(ticket("a"));
    await nextClaim(queue);
    symlinkSync(folder.path("secret"), folder.path("cancel", "a"));
    await queue.cancel("a", "by @mona");
    expect(readFileSync(folder.path("secret"), "utf8")).toBe('{"note":"stolen"}');
    expect(readFileSync(folder.path("cancel", "a"), "utf8")).toContain("by @mona");
  });

  test("seen/<id>", async () => {
    symlinkSync(folder.path("target"), folder.path("seen", "a"));
    expect(await queue.enqueue(ticket("a"))).toBe("duplicate");
    expect(existsSync(folder.path("target"))).toBe(false);
    expect(readlinkSync(folder.path("seen", "a"))).toBe(folder.path("target"));
  });
});
