import { mkdir, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readSchedules } from "../../src/schedule/schedule-file.ts";
import { temporaryFolder } from "../temp-folder.ts";

const folder = await temporaryFolder();

test("a folder that isn't there has no schedules; what is no folder is said", async () => {
  expect(await readSchedules(join(folder, "none"))).toEqual({ schedules: [], broken: [] });
  await writeFile(join(folder, "file"), "");
  await expect(readSchedules(join(folder, "file"))).rejects.toThrow("ENOTDIR");
});

test("what is no plain file of a sensible size is named and not read", async () => {
  const odd = join(folder, "odd");
  await mkdir(join(odd, "folder.json"), { recursive: true });
  await symlink("/etc/passwd", join(odd, "link.json"));
  await writeFile(join(odd, "huge.json"), "");
  await truncate(join(odd, "huge.json"), 2 ** 40);
  await writeFile(join(odd, ".hidden.json"), "{");
  await writeFile(join(odd, "README.md"), "{");
  const { schedules, broken } = await readSchedules(odd);
  expect(schedules).toEqual([]);
  expect(broken.map(({ file, problem }) => `${file}: ${problem}`)).toEqual([
    expect.stringMatching(/^folder\.json: .*not a regular file/),
    expect.stringMatching(/^huge\.json: it has 1099511627776 bytes/),
    expect.stringMatching(/^link\.json: .*ELOOP/),
  ]);
});

test("what is left out has its default", async () => {
  const one = join(folder, "one");
  await mkdir(one);
  const payload = { project: "shop", goal: "tidy up" };
  await writeFile(join(one, "a.json"), JSON.stringify({ id: "a", schedule: "0 3 * * *", payload }));
  const { schedules } = await readSchedules(one);
  expect(schedules).toEqual([
    {
      id: "a",
      enabled: true,
      schedule: "0 3 * * *",
      payload: expect.objectContaining({ ...payload, pipeline: "default", tags: [] }),
      file: "a.json",
      changedAt: expect.any(Date),
    },
  ]);
});
