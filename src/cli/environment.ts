// The configuration as the commands read it: .env beside the real environment, which wins.
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Config, loadConfig } from "../config.ts";
import { explain, UserError } from "../errors.ts";

/** Reads .env in the current folder, if there is one, and checks everything. Throws UserError. */
export function readEnvironment(): Config {
  // Variables that are set already stay as they are (nodejs.org, process.loadEnvFile).
  if (existsSync(".env")) process.loadEnvFile(".env");
  return loadConfig();
}

/**
 * The configuration of a command that stands in somebody's repository: a .env there is that project's and not read,
 * and nothing is written there. Throws UserError.
 */
export function readEnvironmentAnywhere(envFile: string | undefined): Config {
  if (envFile !== undefined) {
    try {
      process.loadEnvFile(envFile);
    } catch (cause) {
      throw new UserError(`--env-file: reading ${envFile}: ${explain(cause)}`, { cause });
    }
  }
  const state = join(homedir(), ".local", "state", "patchbay");
  return loadConfig(undefined, { DATA_ROOT: join(state, "var"), ARTIFACTS_ROOT: join(state, "artifacts") });
}
