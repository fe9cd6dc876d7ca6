import { expect, test } from "vitest";
import { teamsOf } from "../../../src/command/repository-configuration/teams.ts";
import { UserError } from "../../../src/errors.ts";
import { createWorld, fakeGitHub } from "../fake-github.ts";

const shop = { owner: "acme", name: "shop" };
const ann = { login: "ann", id: 2, type: "User" };
const github = fakeGitHub(createWorld({ teams: { "acme/core": ["ann"], "acme/night": ["bob"] } }));

test("which of the named teams somebody is in", async () => {
  const named = { allow: ["acme/core", "ann", "acme/night"], deny: ["acme/night"] };
  expect(await teamsOf(github, shop, named, ann)).toEqual(new Set(["acme/core"]));
});

test("a bot is in no team, and nobody is asked about", async () => {
  const isTeamMember = () => expect.fail("GitHub was asked");
  const bot = { login: "ann[bot]", id: 2, type: "Bot" };
  expect(await teamsOf({ isTeamMember }, shop, { allow: ["acme/core"], deny: [] }, bot)).toEqual(new Set());
  expect(await teamsOf({ isTeamMember }, shop, { allow: ["ann"], deny: [] }, ann)).toEqual(new Set());
});

test("a team of somebody else's organisation stops everything, with a word", async () => {
  await expect(teamsOf(github, shop, { deny: ["other/core"] }, ann)).rejects.toThrow("only teams of `acme`");
});

test("a team that there isn't lets nobody through: it may have been renamed", async () => {
  const cause = Object.assign(new Error("Not Found"), { status: 404 });
  const isTeamMember = () => Promise.reject(new UserError("looking: GitHub answered 404", { cause }));
  await expect(teamsOf({ isTeamMember }, shop, { deny: ["acme/gone"] }, ann)).rejects.toThrow(
    "there is no such team",
  );
});

test("without the permission nobody is let through, and the permission is named", async () => {
  const cause = Object.assign(new Error("Resource not accessible by integration"), { status: 403 });
  const isTeamMember = () => Promise.reject(new UserError("looking: GitHub answered 403", { cause }));
  await expect(teamsOf({ isTeamMember }, shop, { deny: ["acme/core"] }, ann)).rejects.toThrow(
    "members: read",
  );
});
