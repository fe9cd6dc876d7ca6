import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadRoles } from "../../src/agents/roles.ts";
import { temporaryFolder } from "../temp-folder.ts";

const folder = await temporaryFolder();

test("an operator's file replaces one role and leaves the others", async () => {
  await writeFile(join(folder, "reviewer.md"), "\nReview in verse.\n");
  await writeFile(join(folder, "notes.txt"), "not a role");
  const builtIn = await loadRoles(undefined);
  const roles = await loadRoles(folder);
  expect(roles.instructions("reviewer")).toBe("Review in verse.");
  expect(roles.instructions("planner")).toBe(builtIn.instructions("planner"));
});

test("a role of the operator's own is known by its file", async () => {
  await writeFile(join(folder, "poet.md"), "Write poems.");
  expect((await loadRoles(folder)).instructions("poet")).toBe("Write poems.");
});

test("a folder that is not there is named with its variable", async () => {
  await expect(loadRoles(join(folder, "missing"))).rejects.toMatchObject({
    name: "UserError",
    message: expect.stringContaining("ROLES_DIR"),
  });
});

test("an empty file is refused by name", async () => {
  const empty = join(folder, "empty");
  await mkdir(empty);
  await writeFile(join(empty, "planner.md"), " \n");
  await expect(loadRoles(empty)).rejects.toThrow(/planner\.md has 0 characters/);
});
