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

test("a Markdown file that no role would ever be told is refused by name", async () => {
  const folders = ["Planner.md", "reviewer.MD", "my role.md"].map((name) => ({
    name,
    own: join(folder, name.slice(0, 3)),
  }));
  for (const { name, own } of folders) {
    await mkdir(own);
    await writeFile(join(own, "implementer.md"), "Write little.");
    await writeFile(join(own, "README.md"), "What this folder is.");
    expect((await loadRoles(own)).own).toEqual(["implementer"]);
    await writeFile(join(own, name), "Plan in verse.");
    await expect(loadRoles(own)).rejects.toThrow(`${join(own, name)} is named after no role`);
  }
});

test("a folder that replaces nothing is told, with the names that it may hold", async () => {
  const other = join(folder, "other");
  await mkdir(other);
  await writeFile(join(other, "planner.txt"), "Plan in verse.");
  await expect(loadRoles(other)).rejects.toThrow(/holds no role instructions.*planner\.md.*reviewer/);
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
