// The configuration as the commands read it: .env beside the real environment, which wins.
import { existsSync } from "node:fs";
import { type Config, loadConfig } from "../config.ts";

/** Reads .env in the current folder, if there is one, and checks everything. Throws UserError. */
export function readEnvironment(): Config {
  // Variables that are set already stay as they are (nodejs.org, process.loadEnvFile).
  if (existsSync(".env")) process.loadEnvFile(".env");
  return loadConfig();
}
