import { describe, expect, test } from "vitest";
import { createAuthorize, permits } from "../../src/command/authorize.ts";
import type { Sender } from "../../src/command/trigger.ts";
import { TransientError } from "../../src/errors.ts";
import { Permission } from "../../src/job/job-spec.ts";
import { createWorld, fakeGitHub } from "./fake-github.ts";
import { makeTrigger } from "./trigger.ts";

const { repository } = makeTrigger();

function ask(sender: Partial<Sender>, permission: Permission = "none", viaAppId?: number) {
  const world = createWorld({ permissions: { ann: permission } });
  const authorize = createAuthorize({
    self: async () => ({ appId: 7, login: "patchbay[bot]" }),
    allowedBots: new Set(["dependabot[bot]", "patchbay[bot]"]),
  });
  const asker = {
    sender: { login: "ann", id: 2, type: "User", ...sender },
    ...(viaAppId !== undefined && { viaAppId }),
  };
  return authorize(fakeGitHub(world), repository, asker).then((verdict) => ({ verdict, calls: world.calls }));
}

describe("a person", () => {
  test.each(Permission.options)("with the permission %s", async (permission) => {
    const { verdict } = await ask({}, permission);
    const allowed = ["write", "maintain", "admin"].includes(permission);
    expect(verdict).toEqual({ kind: allowed ? "allowed" : "denied", permission });
  });

  test("is asked about on GitHub each time", async () => {
    expect((await ask({}, "write")).calls).toEqual(["permission ann"]);
  });
});

describe("a bot", () => {
  test.each([
    { login: "other[bot]", type: "Bot" },
    { login: "other[bot]", type: "User" },
    { login: "machine", type: "Bot" },
  ])("that is not listed is ignored: $login, $type", async (sender) => {
    expect(await ask(sender)).toMatchObject({ verdict: { kind: "ignored" }, calls: [] });
  });

  test("that is listed may run", async () => {
    const { verdict } = await ask({ login: "Dependabot[bot]", type: "Bot" });
    expect(verdict).toEqual({ kind: "allowed", permission: "write" });
  });
});

describe("the App itself is ignored", () => {
  test("by its name, even when it is listed", async () => {
    const { verdict } = await ask({ login: "Patchbay[bot]", type: "Bot" });
    expect(verdict).toMatchObject({ kind: "ignored" });
  });

  test("by its number, whoever's name is on it", async () => {
    const { verdict } = await ask({}, "admin", 7);
    expect(verdict).toMatchObject({ kind: "ignored" });
  });
});

test("when GitHub can't be asked nobody is let in", async () => {
  const authorize = createAuthorize({
    self: async () => ({ appId: 7, login: "patchbay[bot]" }),
    allowedBots: new Set(),
  });
  const github = { permission: () => Promise.reject(new TransientError("reading: no answer from GitHub")) };
  await expect(authorize(github, repository, makeTrigger())).rejects.toBeInstanceOf(TransientError);
});

test("permissions are ordered as GitHub's roles are", () => {
  expect(permits("maintain", "write")).toBe(true);
  expect(permits("triage", "write")).toBe(false);
  expect(permits("write", "write")).toBe(true);
});
