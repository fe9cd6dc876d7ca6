// Puts what one benchmark has to say into docs/benchmarks.md, and leaves what the others said.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const page = join(import.meta.dirname, "../../docs/benchmarks.md");

/** Prints a section; with --write on the command line it also goes into the page. */
export function tellSection(name: string, text: string): void {
  console.log(`${text.trim()}\n`);
  if (process.argv.includes("--write")) writeSection(name, text);
}

/** Replaces the section `name`, or adds it at the end. */
export function writeSection(name: string, text: string): void {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const section = `${begin}\n\n${text.trim()}\n\n${end}`;
  const before = read();
  const [from, to] = [before.indexOf(begin), before.indexOf(end)];
  const after =
    from === -1 || to < from
      ? `${before.trimEnd()}\n\n${section}\n`
      : before.slice(0, from) + section + before.slice(to + end.length);
  writeFileSync(page, after);
}

function read(): string {
  try {
    return readFileSync(page, "utf8");
  } catch {
    return "# Benchmarks\n";
  }
}
