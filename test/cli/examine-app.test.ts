import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { neededEvents, neededPermissions } from "../../src/cli/app-needs.ts";
import { ofGrants } from "../../src/cli/examine-app.ts";

const permissions = Object.fromEntries(neededPermissions.map(({ name, level }) => [name, level]));
const events = Object.keys(neededEvents);

test("the manifest asks for what the doctor looks for, and for nothing else", async () => {
  const manifest: unknown = parse(await readFile(new URL("../../app.yml", import.meta.url), "utf8"));
  expect(manifest).toMatchObject({ default_permissions: permissions });
  expect(new Set(Object.keys(Object(manifest).default_permissions))).toEqual(
    new Set(Object.keys(permissions)),
  );
  expect(new Set(Object(manifest).default_events)).toEqual(new Set(events));
});

test("an App with everything is well", () => {
  expect(ofGrants("", { permissions: { ...permissions, checks: "write" }, events })).toEqual([
    { name: "App on GitHub", level: "ok", found: "has every permission and event" },
  ]);
});

test("each missing permission and event is named with what is lost, vital ones as missing", () => {
  const without = {
    permissions: { ...permissions, issues: "read", checks: "read" },
    events: events.slice(1),
  };
  expect(ofGrants("on acme: ", without)).toMatchObject([
    { level: "missing", found: "on acme: issues: read, so nothing can be answered" },
    { level: "note", found: "on acme: checks: read, so there are no check runs and no buttons" },
    { level: "note", found: expect.stringContaining("issue_comment is not sent") },
  ]);
});
