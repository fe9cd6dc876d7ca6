// A durable request to end a running ticket; its holder sees it in whatever process it is.
import { z } from "zod";
import { errorCode, readFileNoFollow } from "../../io/file.ts";
import { isThere } from "./is-there.ts";

const CancelRequest = z.object({ note: z.string() });

/** What someone wrote when asking for the end; undefined when nobody has asked. */
export async function readCancelRequest(path: string): Promise<string | undefined> {
  if (!isThere(path)) return undefined;
  let text: string;
  try {
    text = (await readFileNoFollow(path, 64 * 1024)).toString("utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    return CancelRequest.parse(JSON.parse(text)).note;
  } catch {
    // Made by hand (`touch cancel/<id>`): the name alone says what is wanted.
    return "cancelled";
  }
}

export function encodeCancelRequest(note: string): string {
  return `${JSON.stringify({ schema_version: "1.0", note: note.slice(0, 10_000) })}\n`;
}
