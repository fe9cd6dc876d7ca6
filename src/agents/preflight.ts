// Which versions of the CLIs are new enough. Pure: the program itself is asked elsewhere.
import { UserError } from "../errors.ts";

export interface MinimumVersion {
  binary: string;
  /** `x.y.z`. */
  version: string;
  /** The argument that makes the binary print its version, when it is not the agent's own. */
  flag: string | undefined;
}

/**
 * Parses MIN_BINARY_VERSIONS, such as `codex=0.2.0:-v,claude=2.1.0`: a binary, its least version and, where it is
 * an unusual one, its version flag. Throws UserError that names the part that is wrong.
 */
export function parseMinimumVersions(text: string): MinimumVersion[] {
  const parts = text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const found = parts.map((part): MinimumVersion => {
    const [, binary, version, flag] =
      /^([^\s=,:]+)=(\d+\.\d+\.\d+)(?::(-{0,2}[A-Za-z][\w-]*))?$/.exec(part) ?? [];
    if (binary === undefined || version === undefined) {
      throw new UserError(
        `MIN_BINARY_VERSIONS: "${part}" is not of the form binary=x.y.z or binary=x.y.z:flag, such as codex=0.2.0:-v`,
        { code: "preflight" },
      );
    }
    return { binary, version, flag };
  });
  for (const [index, { binary }] of found.entries()) {
    if (found.findIndex((other) => other.binary === binary) !== index) {
      throw new UserError(`MIN_BINARY_VERSIONS: ${binary} is named twice`, { code: "preflight" });
    }
  }
  return found;
}

export type VersionCheck = { ok: true; version: string | undefined } | { ok: false; remedy: string };

/** Compares what a binary printed with the least version that it may have; without one any output will do. */
export function checkVersion(binary: string, printed: string, minimum: string | undefined): VersionCheck {
  const version = versionIn(printed);
  if (minimum === undefined) return { ok: true, version };
  if (version === undefined) {
    return {
      ok: false,
      remedy: `${binary} printed no version (x.y.z). Name the flag that makes it do so in MIN_BINARY_VERSIONS, such as ${binary}=${minimum}:--version`,
    };
  }
  if (compareVersions(version, minimum) >= 0) return { ok: true, version };
  return {
    ok: false,
    remedy: `${binary} is version ${version} and must be at least ${minimum}. Update it, or lower MIN_BINARY_VERSIONS`,
  };
}

/** The first `x.y.z` in a text. */
export function versionIn(text: string): string | undefined {
  return /(?<![\d.])(\d{1,9}\.\d{1,9}\.\d{1,9})(?![\d.]*\.\d)/.exec(text)?.[1];
}

function compareVersions(a: string, b: string): number {
  const left = a.split(".").map(Number);
  const right = b.split(".").map(Number);
  for (let at = 0; at < 3; at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
