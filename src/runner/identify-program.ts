// Where an agent's program lies, and which file that is just now.
import { realpath, stat } from "node:fs/promises";
import { locateProgram } from "../io/locate-program.ts";

interface ProgramFile {
  /** As it was found. */
  path: string;
  /** Changes whenever the file behind the path is replaced or written to, through whatever links it is reached. */
  identity: string;
}

/** Looks a program up as `locateProgram` does, and throws what it throws. */
export async function identifyProgram(binary: string, path: string): Promise<ProgramFile> {
  const found = await locateProgram(binary, path);
  const [real, file] = await Promise.all([realpath(found), stat(found, { bigint: true })]);
  return { path: found, identity: [real, file.dev, file.ino, file.size, file.mtimeNs].join(" ") };
}
