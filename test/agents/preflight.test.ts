import { describe, expect, test } from "vitest";
import { checkVersion, parseMinimumVersions, versionIn } from "../../src/agents/preflight.ts";

describe("parseMinimumVersions", () => {
  test("binaries, versions, flags", () => {
    expect(parseMinimumVersions(" codex=0.2.0:-v, claude=2.1.0 ,")).toEqual([
      { binary: "codex", version: "0.2.0", flag: "-v" },
      { binary: "claude", version: "2.1.0", flag: undefined },
    ]);
    expect(parseMinimumVersions("")).toEqual([]);
  });

  test.each(["codex", "codex=2", "codex=0.2.0:", "=1.2.3", "codex=0.2.0:-v;rm", "codex=v0.2.0", "a b=1.2.3"])(
    "%j is named in the error",
    (part) => {
      expect(() => parseMinimumVersions(`claude=2.1.0,${part}`)).toThrow(
        expect.objectContaining({
          name: "UserError",
          message: expect.stringContaining(`MIN_BINARY_VERSIONS: "${part}"`),
        }),
      );
    },
  );

  test("a binary that is named twice is refused", () => {
    expect(() => parseMinimumVersions("codex=0.2.0,codex=0.3.0")).toThrow(/codex is named twice/);
  });
});

describe("checkVersion", () => {
  test.each([
    ["2.1.330 (Claude Code)", "2.1.0"],
    ["codex-cli 0.169.0", "0.169.0"],
    ["1.18.33\n", "1.9.9"],
    ["v10.0.0-beta.1", "9.99.99"],
  ])("%j is at least %s", (printed, minimum) => {
    expect(checkVersion("it", printed, minimum)).toMatchObject({ ok: true });
  });

  test("an older one is told with what to do", () => {
    expect(checkVersion("codex", "codex-cli 0.169.0", "0.200.0")).toEqual({
      ok: false,
      remedy:
        "codex is version 0.169.0 and must be at least 0.200.0. Update it, or lower MIN_BINARY_VERSIONS",
    });
  });

  test("no version at all is no version that is new enough", () => {
    expect(checkVersion("codex", "error: unknown flag", "0.2.0")).toMatchObject({
      ok: false,
      remedy: expect.stringContaining("codex=0.2.0:--version"),
    });
    expect(checkVersion("codex", "whatever", undefined)).toEqual({ ok: true, version: undefined });
  });

  test("an address is no version", () => {
    expect(versionIn("listening on 127.0.0.1, version 1.2.3")).toBe("1.2.3");
  });
});
