// What the processes of a torture test write down of what they did, for the judgement afterwards.
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { Holder, lifeOf, thisProcess } from "../../../src/queue/holder.ts";

type Book = "promised" | "effects" | "violations" | "errors";

export type Ledger = ReturnType<typeof openLedger>;

/** `folder` is made when it isn't there. */
export function openLedger(folder: string) {
  mkdirSync(folder, { recursive: true });
  const self = thisProcess();

  /** A single write of an appending file is whole (write(2), O_APPEND). */
  function write(book: Book, line: string): void {
    appendFileSync(join(folder, book), `${line}\n`);
  }
  const pathOf = (key: string): string => join(folder, `working-on-${key}`);

  /** How often something was published. */
  function publications(id: string): number {
    const mark = join(folder, `publication-of-${id}`);
    return existsSync(mark) ? readFileSync(mark, "utf8").split("\n").filter(Boolean).length : 0;
  }

  return {
    write,
    read(book: Book): string[] {
      const path = join(folder, book);
      return existsSync(path) ? readFileSync(path, "utf8").split("\n").filter(Boolean) : [];
    },
    /** Says that this process works on a key; tells of a living one that does so too. */
    enter(key: string, id: string): void {
      const path = pathOf(key);
      try {
        const file = openSync(path, "wx");
        writeSync(file, JSON.stringify(self));
        return;
      } catch {
        const other = Holder.safeParse(parse(readFileSync(path, "utf8"))).data;
        if (other && lifeOf(other, self) !== "dead")
          write("violations", `${id}: ${key} is worked on already`);
      }
      const draft = `${path}.${randomUUID()}`;
      writeFileSync(draft, JSON.stringify(self));
      renameSync(draft, path);
    },
    leave(key: string): void {
      unlinkSync(pathOf(key));
    },
    /** Looks first and then acts, as the publisher does on GitHub: once only if nobody else does it meanwhile. */
    async publish(id: string, between: () => Promise<void>): Promise<void> {
      // A file without a line is from one that was killed before it had written.
      if (publications(id) > 0) return;
      await between();
      appendFileSync(join(folder, `publication-of-${id}`), "published\n");
    },
    publications,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
